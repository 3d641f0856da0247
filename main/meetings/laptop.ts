import { meetingIdSchema } from '../../common/acts/entry.ts';
import type { DocumentConnection } from '../../common/collab/document-connection.ts';
import { changeAgendaItem, readAgenda } from '../../common/collab/plan.ts';
import { reportText, type Diagnostics, type LinkDiagnostics } from '../../common/contract/diagnostics.ts';
import { oneAtATime } from '../../common/contract/in-turn.ts';
import { portErrors, Refusal } from '../../common/contract/port.ts';
import {
  requestSchemas,
  type AppStatus,
  type ParsedInput,
  type RequestName,
  type RequestOutputs,
} from '../../common/contract/requests.ts';
import { asMeetingId, type MeetingId, type Sha256 } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import { appointSecretary } from './appoint-secretary.ts';
import { DIRECT_ACTS } from './direct-acts.ts';
import { createEnrolment } from './enrolment.ts';
import { createEventHub } from './events.ts';
import type { Identity } from './identity-port.ts';
import {
  freezeMinutes,
  minutesHere,
  minutesPreview,
  sealedMinutes,
  signMinutes,
  type MinutesDeps,
} from './meeting-minutes.ts';
import { attendanceList, invitation, saveList, voteList, type ListPrinting } from './meeting-lists.ts';
import { addPapers } from './meeting-papers.ts';
import {
  appStatus,
  changePin,
  createOrganisation,
  mustBePin,
  renewByAuthority,
  unlock,
  type Session,
} from './organisation.ts';
import { openPeopleDesk, type PeopleDesk } from './people.ts';
import type {
  CertificateBook,
  Documents,
  EntryAuthentication,
  LaptopStore,
  Log,
  Network,
  PdfSigning,
} from './ports.ts';
import type { Packages } from './packages.ts';
import { mustBeFile } from './read-file.ts';
import { verifyFile, type KnownMinutes } from './verify-file.ts';
import { reportStorage } from './storage.ts';
import { noNetwork, visitor } from './visit.ts';
import { createWorkplace, type Workplace } from './workplace.ts';
import { copyOut } from './write-out.ts';

export interface LaptopPorts {
  readonly version: string;
  readonly store: LaptopStore;
  readonly identity: Identity;
  readonly documents: Documents & ListPrinting;
  readonly signing: PdfSigning;
  readonly packages: Packages;
  /** Bound to the unlocked person: signs and checks entries. */
  authenticationFor(session: Session): { authentication: EntryAuthentication; certificates: CertificateBook };
  networkFor(session: Session): Network;
  readonly enrolmentNetwork: {
    readonly listenHost: string;
    addressesAt(port: number): readonly string[];
    advertise(session: Session, port: number): () => void;
    browse(listener: (addresses: readonly string[]) => void): () => void;
  };
  /** The package of a meeting to look around in; undefined where the installation has none. */
  readonly samplePackage: string | undefined;
  /** Nobody sits here: it carries what it is shown, and signs nothing. */
  readonly relay: boolean;
  readonly quietMilliseconds?: number | undefined;
  readonly diagnostics: (asked: {
    readonly links: readonly LinkDiagnostics[];
    readonly open: number;
    readonly checkDatabase: boolean;
  }) => Promise<Diagnostics>;
  readonly now: () => Date;
  readonly log: Log;
}

/** One laptop's engine: everything that a window can ask for, whoever wires it. */
export interface Laptop {
  request<N extends RequestName>(name: N, input: unknown): Promise<RequestOutputs[N]>;
  subscribe(name: string, listener: (payload: unknown) => void): () => void;
  /** `name` is `<meeting>/<document>`. Throws a Refusal when there is no such document. `gone`: close it, and open it anew. */
  openDocument(name: string, send: (message: Uint8Array) => void, gone?: () => void): DocumentConnection;
  /** The same on all laptops that are in step (`state-hash.ts`). Throws a Refusal where the meeting is unknown. */
  stateHash(meeting: MeetingId): Sha256;
  /** The computer was asleep: whoever carries a meeting is looked for at once. */
  wake(): void;
  close(): Promise<void>;
}

/** Where somebody works: who they are, their meetings, their network. */
interface Place {
  readonly session: Session;
  readonly workplace: Workplace;
  readonly network: Network;
  readonly minutes: MinutesDeps;
}

export function createLaptop(ports: LaptopPorts): Laptop {
  const { store, identity, now, log } = ports;
  const events = createEventHub();
  const storage = reportStorage(store, events);
  /** A new PIN and a new key take a while to make, and each puts its own in the place of what it found. */
  const keyInTurn = oneAtATime();
  let at: (Place & { readonly desk: PeopleDesk }) | undefined;
  let visit: Place | undefined;

  const enrolment = createEnrolment({
    store,
    identity,
    browse: (listener) => ports.enrolmentNetwork.browse(listener),
    onStatus: (enrolling) => {
      events.emit('enrolment.status', enrolling);
      // Each step may be another stage of the application.
      events.emit('app.status', status());
    },
    onEnrolled: start,
    now,
    log,
  });

  function placeOf(session: Session, network: Network): Place {
    const minutes: MinutesDeps = { store, documents: ports.documents, signing: ports.signing, session, now };
    const workplace = createWorkplace({
      store,
      session,
      ...ports.authenticationFor(session),
      network,
      minutes,
      events,
      relay: ports.relay,
      quietMilliseconds: ports.quietMilliseconds,
      now,
      log,
    });
    return { session, workplace, network, minutes };
  }

  async function start(session: Session): Promise<void> {
    await visit?.workplace.close();
    visit = undefined;
    // Two ways in may have been under way: the PIN, and a new key that arrived meanwhile. Two would sign the same numbers, so
    // a key that comes while somebody works is used from the next start on.
    if (at) {
      events.emit('app.status', status());
      return void (await at.desk.changed());
    }
    const place = placeOf(session, ports.networkFor(session));
    const desk = openPeopleDesk({
      store,
      identity,
      session,
      listenHost: ports.enrolmentNetwork.listenHost,
      addressesAt: (port) => ports.enrolmentNetwork.addressesAt(port),
      advertise: (port) => ports.enrolmentNetwork.advertise(session, port),
      onChange: (list) => events.emit('people.changed', list),
      now,
      log,
    });
    at = { ...place, desk };
    events.emit('app.status', status());
    await place.workplace.resume();
    await desk.resume().catch((error: unknown) => log.error('enrolment desk could not resume', {}, error));
  }

  const status = (): AppStatus => appStatus(ports, at?.session, enrolment.status().step !== 'none', ports.version);

  function here(): NonNullable<typeof at> {
    if (!at) throw new Refusal('locked');
    return at;
  }

  /** Who works here; undefined where the PIN can only be that of a key which a certificate is asked for. */
  async function unlocked(pin: string): Promise<Session | undefined> {
    const { me, renewing } = status();
    if (!me) return undefined;
    try {
      const session = await unlock(store, identity, pin);
      // Asked for under this PIN, before the certificate ends, it goes on; otherwise the old PIN came back to mind.
      if (renewing) await enrolment.resume(pin).catch(() => enrolment.cancel());
      return session;
    } catch (error) {
      if (renewing && error instanceof Refusal && error.code === 'wrong-pin') return undefined;
      throw error;
    }
  }

  /** For looking at meetings from files, which a laptop that is not set up yet can do as well. */
  function around(): Place {
    if (at) return at;
    if (status().stage !== 'new') throw new Refusal('locked');
    return (visit ??= placeOf(visitor(), noNetwork));
  }

  async function openPackage(path: string): Promise<{ meeting: MeetingId }> {
    const { workplace, session } = around();
    await mustBeFile(path);
    const meeting = await ports.packages.open({ path, session, events });
    workplace.addReadOnly(meeting);
    return { meeting };
  }

  /** For requests that change a plan: only its writers, and never one from a package. */
  function editable(meeting: MeetingId): ReturnType<Workplace['open']> {
    const { workplace, session } = here();
    const opened = workplace.open(meeting);
    if (opened.readOnly) throw new Refusal('read-only-meeting');
    if (!opened.mayWrite(session.member, 'plan')) throw new Refusal('act.not-allowed');
    return opened;
  }

  function convened(meeting: MeetingId): MeetingState {
    const state = around().workplace.open(meeting).state();
    if (!state) throw new Refusal('not-convened');
    return state;
  }

  function knownMinutes(pdf: Sha256): KnownMinutes | undefined {
    const workplace = (at ?? visit)?.workplace;
    return workplace && minutesHere(workplace, store.papers, pdf);
  }

  const handlers: { [N in RequestName]: (input: ParsedInput<N>) => Promise<RequestOutputs[N]> | RequestOutputs[N] } = {
    'app.status': status,
    'app.unlock': async ({ pin }) => {
      if (at) return status();
      const session = await unlocked(pin);
      // Given twice at a time.
      if (at) return status();
      if (session) await start(session);
      else await enrolment.resume(pin);
      return status();
    },
    'app.changePin': (input) =>
      keyInTurn(async () => {
        here();
        // The new key would come with the old one.
        if (status().renewing) throw new Refusal('renewal-under-way');
        await changePin(store, identity, input);
        return null;
      }),
    'app.renewByAuthority': (input) =>
      keyInTurn(async () => {
        if (at) await mustBePin(store, identity, input.pin);
        await start(await renewByAuthority({ store, identity, now }, input));
        return status();
      }),
    'settings.get': () => store.settings.get(),
    'settings.set': (change) => {
      const defined = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      store.settings.set({ ...store.settings.get(), ...defined });
      at?.workplace.settingsChanged();
      events.emit('settings.changed', store.settings.get());
      return store.settings.get();
    },
    'organisation.create': async (input) => {
      await start(await createOrganisation({ store, identity, now }, input));
      return status();
    },
    'people.list': () => here().desk.list(),
    'people.invite': (input) => here().desk.invite(input),
    'people.renew': ({ member }) => here().desk.renew(member),
    'people.inviteAgain': ({ invitation }) => here().desk.inviteAgain(invitation),
    'people.withdrawInvitation': ({ invitation }) => here().desk.withdraw(invitation),
    'people.saveInvitation': async ({ invitation, path }) => {
      await here().desk.saveInvitation(invitation, path);
      return null;
    },
    'people.approve': (input) => here().desk.approve(input),
    'people.refuse': ({ request }) => here().desk.refuse(request),
    'enrolment.begin': (input) =>
      keyInTurn(async () => {
        if (at && !input.renew) throw new Refusal('already-set-up');
        if (at) await mustBePin(store, identity, input.pin);
        return enrolment.begin(input);
      }),
    'enrolment.retry': () => enrolment.retry(),
    'enrolment.cancel': () => {
      enrolment.cancel();
      return null;
    },
    'meetings.list': () => around().workplace.list(),
    'meetings.create': (input) => ({ meeting: here().workplace.create(input) }),
    'meetings.convene': async ({ meeting }) => {
      editable(meeting);
      await here().workplace.convene(meeting);
      return null;
    },
    'meetings.appointSecretary': async ({ meeting, member }) => {
      await appointSecretary(editable(meeting), member);
      return null;
    },
    'meetings.entrust': async ({ meeting, address }) => {
      await here().workplace.entrust(meeting, address);
      return null;
    },
    'meetings.carry': async ({ meeting }) => ({ addresses: await here().workplace.carry(meeting) }),
    'meetings.stopCarrying': async ({ meeting }) => {
      await here().workplace.stopCarrying(meeting);
      return null;
    },
    'meetings.look': ({ address }) => here().workplace.look(address),
    'meetings.join': async (input) => ({ meeting: await here().workplace.join(input) }),
    'meetings.leave': async ({ meeting }) => {
      await here().workplace.leave(meeting);
      return null;
    },
    'meetings.state': ({ meeting }) => around().workplace.view(meeting),
    'meetings.act': async ({ meeting, kind, body }) => {
      if (!DIRECT_ACTS.has(kind)) throw new Refusal('act.not-allowed');
      await here().workplace.open(asMeetingId(meeting)).perform(kind, body);
      return null;
    },
    'papers.add': (input) => addPapers({ store, documents: ports.documents, events }, editable(input.meeting), input),
    'papers.remove': ({ meeting, item, paper }) => {
      const opened = editable(meeting);
      const found = readAgenda(opened.plan).find((one) => one.id === item);
      if (found)
        opened.change('plan', (doc) =>
          changeAgendaItem(doc, item, { papers: found.papers.filter((one) => one !== paper) }),
        );
      return null;
    },
    'papers.status': ({ meeting }) => around().workplace.papers(meeting),
    'papers.board': ({ meeting }) => around().workplace.papersElsewhere(meeting),
    'papers.chunk': (input) => around().workplace.chunk(input),
    'papers.reading': ({ meeting, paper }) => {
      around().workplace.reading(meeting, paper);
      return null;
    },
    'papers.pause': ({ meeting, paused }) => {
      here().workplace.pausePapers(meeting, paused);
      return null;
    },
    'papers.save': async ({ meeting, paper, path }) => {
      const file = around().workplace.open(meeting).paperFile(paper);
      if (!file) throw new Refusal('paper-not-here');
      await copyOut(file.path, path);
      return null;
    },
    'minutes.preview': ({ meeting }) => ({ html: minutesPreview(around().minutes, around().workplace.open(meeting)) }),
    'minutes.freeze': async ({ meeting }) => {
      await freezeMinutes(here().minutes, editable(meeting));
      return null;
    },
    'minutes.sign': async ({ meeting, revision }) => {
      await signMinutes(here().minutes, here().workplace.open(meeting), revision);
      return null;
    },
    'minutes.save': async ({ meeting, path }) => {
      await copyOut((await sealedMinutes(store, around().workplace.open(meeting))).path, path);
      return null;
    },
    'lists.attendance': async ({ meeting, path }) => {
      await saveList(ports.documents, attendanceList(convened(meeting), now()), path);
      return null;
    },
    'lists.vote': async ({ meeting, motion, path }) => {
      await saveList(ports.documents, voteList(convened(meeting), motion, now()), path);
      return null;
    },
    'lists.invitation': async ({ meeting, path }) => {
      const { organisation, me } = around().workplace.view(meeting);
      const { plan } = around().workplace.open(meeting);
      await saveList(ports.documents, invitation(plan, organisation, me.roles.secretary ? me.member : undefined), path);
      return null;
    },
    'package.save': ({ meeting, path }) => {
      const { workplace, session } = around();
      return ports.packages.save({ meeting: workplace.open(meeting), session, path, events });
    },
    'package.open': ({ path }) => openPackage(path),
    'verify.file': ({ path, trust }) => {
      const roots = [store.organisation.get()?.authorityCertificate].filter((one) => one !== undefined);
      return verifyFile(
        { signing: ports.signing, packages: ports.packages },
        { path, trust, roots, minutesOf: knownMinutes },
      );
    },
    'sample.open': () => {
      if (!ports.samplePackage) throw new Refusal('no-sample');
      return openPackage(ports.samplePackage);
    },
    'diagnostics.report': async ({ checkDatabase = false }) => {
      const workplace = (at ?? visit)?.workplace;
      const { links, open } = workplace?.atHand() ?? { links: [], open: 0 };
      const facts = await ports.diagnostics({ links, open, checkDatabase });
      return { facts, text: reportText(facts) };
    },
    'storage.status': storage.status,
    'storage.read': storage.read,
    'storage.goOnAlone': storage.goOnAlone,
  };

  return {
    async request(name, input) {
      const schema = Object.hasOwn(requestSchemas, name) ? requestSchemas[name] : undefined;
      if (!schema) throw new Refusal(portErrors.unknownRequest, { name });
      const parsed = schema.safeParse(input);
      if (!parsed.success) {
        log.warn('request refused: bad input', {
          name,
          fields: parsed.error.issues.map((issue) => issue.path.join('.')).join(' '),
        });
        throw new Refusal(portErrors.badInput);
      }
      return handlers[name](parsed.data as never);
    },
    subscribe: (name, listener) => events.subscribe(name, listener),
    openDocument(name, send, gone) {
      const slash = name.indexOf('/');
      const meeting = meetingIdSchema.safeParse(name.slice(0, slash));
      const connection =
        meeting.success &&
        around()
          .workplace.open(asMeetingId(meeting.data))
          .connectWindow(name.slice(slash + 1), send, gone);
      if (!connection) throw new Refusal(portErrors.unknownDocument, { name });
      return connection;
    },
    stateHash: (meeting) => around().workplace.open(meeting).stateHash(),
    wake: () => at?.workplace.wake(),
    async close() {
      enrolment.close();
      storage.close();
      await visit?.workplace.close();
      await at?.workplace.close();
      await at?.desk.close();
      await at?.network.close();
      at = undefined;
    },
  };
}
