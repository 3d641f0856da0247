import { putPlanPerson, readPlanMeta, readPlanPeople, readSuccessors, setPlanMeta } from '../../common/collab/plan.ts';
import type { LinkDiagnostics } from '../../common/contract/diagnostics.ts';
import { Refusal } from '../../common/contract/port.ts';
import type {
  Connection,
  FoundMeeting,
  MeetingSummary,
  MeetingView,
  ParsedInput,
} from '../../common/contract/requests.ts';
import { BODY_PRESETS } from '../../common/domain/body-rules.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { successionRank } from '../../common/domain/succession-order.ts';
import { rosterActs } from './entrusted-meeting.ts';
import { entrust, takeEntrusted } from './entrusting.ts';
import type { EventHub } from './events.ts';
import { meetingIdOf, newNonce } from './meeting-id.ts';
import { sealMinutes, type MinutesDeps } from './meeting-minutes.ts';
import { paperStatuses, papersByNeed } from './meeting-papers.ts';
import { holdingsElsewhere } from './papers-board.ts';
import { pauseOf, type PauseWord } from './paper-pause.ts';
import { connectionOf, linkDiagnosticsOf, listed, summaryOf, viewOf } from './meeting-view.ts';
import { openMeeting, type OpenMeeting } from './open-meeting.ts';
import { followOwnChanges, lasting, onlyHereSince, type OwnChanges, type SavedState } from './own-changes.ts';
import type { Session } from './organisation.ts';
import { cannotWrite } from './storage.ts';
import type {
  Attendance,
  CertificateBook,
  EntryAuthentication,
  FoundHost,
  LaptopStore,
  Log,
  Network,
  PaperFetcher,
  PaperOffer,
  StoredMeeting,
} from './ports.ts';

/** The meetings of one unlocked laptop: which are open, which it carries, which it has joined. */
export interface Workplace {
  list(): MeetingSummary[];
  create(input: ParsedInput<'meetings.create'>): MeetingId;
  /** Opens a meeting that this laptop knows; refuses others. */
  open(meeting: MeetingId): OpenMeeting;
  convene(meeting: MeetingId): Promise<void>;
  carry(meeting: MeetingId): Promise<readonly string[]>;
  /** Has a relay (`host:port`) carry the meeting from now on, and joins it there. */
  entrust(meeting: MeetingId, address: string): Promise<void>;
  stopCarrying(meeting: MeetingId): Promise<void>;
  join(input: ParsedInput<'meetings.join'>): Promise<MeetingId>;
  leave(meeting: MeetingId): Promise<void>;
  view(meeting: MeetingId): MeetingView;
  /** How many meetings are open, and what they are connected with; for whoever helps. */
  atHand(): { readonly links: readonly LinkDiagnostics[]; readonly open: number };
  papers(meeting: MeetingId): ReturnType<typeof paperStatuses>;
  /** Looks for whoever carries the meetings at once. */
  wake(): void;
  /** How far papers are on the other laptops. */
  papersElsewhere(meeting: MeetingId): ReturnType<typeof holdingsElsewhere>;
  /** A window shows this paper now. */
  reading(meeting: MeetingId, paper: Sha256 | null): void;
  /** The papers of this meeting wait, or are fetched whatever the network costs, until the application is closed. */
  pausePapers(meeting: MeetingId, paused: boolean): void;
  settingsChanged(): void;
  /** Carries on what this laptop carried, and joins again what it had joined. */
  resume(): Promise<void>;
  /** Takes in a meeting that came as a package, to be looked at. */
  addReadOnly(meeting: MeetingId): void;
  close(): Promise<void>;
}

interface AtHand {
  readonly meeting: OpenMeeting;
  readonly own: OwnChanges;
  /** Under way or there: with others in the meeting. */
  attending: Promise<Attendance> | undefined;
  attendance: Attendance | undefined;
  fetcher: PaperFetcher | undefined;
  offer: PaperOffer | undefined;
  readonly stops: (() => void)[];
  /** Of what ends when this laptop leaves the others. */
  readonly attended: (() => void)[];
  telling: NodeJS.Timeout | undefined;
  /** As the list of meetings says it. */
  onlyHereSince: string | null;
  sealing: boolean;
  readonly receipted: Set<Sha256>;
  /** The paper in front in a window. */
  reading: Sha256 | null;
  /** What the person said about fetching papers of this meeting. */
  pauseWord: PauseWord | undefined;
}

const NOTHING_OWN: SavedState = { onlyHere: { count: 0, since: null }, hasOwn: false, savedOn: null };
const isHost = (one: AtHand | undefined): boolean => one?.attendance?.status().role === 'host';
function isConnected(one: AtHand | undefined): boolean {
  const status = one?.attendance?.status();
  return status?.role === 'host' || (status?.role === 'member' && status.state === 'connected');
}

/** Whose minutes are signed, and who had days to fetch them: nobody looks for such a meeting by itself. */
const LONG_MILLISECONDS = 14 * 24 * 60 * 60 * 1000;
const isLongOver = ({ summary }: StoredMeeting): boolean =>
  summary.phase === 'sealed' && Date.now() - Date.parse(summary.start) > LONG_MILLISECONDS;

/** A laptop that was found and did not answer is asked again after this. */
const LOOK_AGAIN_MILLISECONDS = 5000;

/** A relay is given so long to hear that it has the meeting no more. */
const TAKE_BACK_MILLISECONDS = 1000;

/** A disk that is full for so long will be for longer. */
const STEP_DOWN_MILLISECONDS = 3000;

/** Changes come in bursts; windows are told at most this often, in milliseconds. */
const TELL_EVERY = 40;
const TURN_MILLISECONDS = 5000;

export function createWorkplace(deps: {
  readonly store: LaptopStore;
  readonly session: Session;
  readonly authentication: EntryAuthentication;
  readonly certificates: CertificateBook;
  readonly network: Network;
  readonly minutes: MinutesDeps;
  readonly events: EventHub;
  /** This is a relay: it carries what it is shown and signs nothing. */
  readonly relay: boolean;
  readonly now: () => Date;
  readonly log: Log;
}): Workplace {
  const { store, session, network, events, now, log } = deps;
  const atHand = new Map<MeetingId, AtHand>();
  let found: readonly FoundMeeting[] = [];
  /** Of meetings that are not open, asked once: nothing changes there. */
  const onlyHere = new Map<MeetingId, string | null>();

  const stopArriving = network.onArriving((paper) => {
    for (const [id, one] of atHand) if (isHost(one) && one.meeting.papers().has(paper)) tell(id);
  });
  if (deps.relay) {
    network.onEntrusted((id, acts) =>
      isHost(atHand.get(id)) ? Promise.resolve('carried') : takeEntrusted({ ...deps, newRow, open, carry }, id, acts),
    );
  }
  let stepping: NodeJS.Timeout | undefined;
  const stopHealth = store.health.onChange(() => {
    clearTimeout(stepping);
    if (cannotWrite(store.health.trouble())) stepping = setTimeout(stepDown, STEP_DOWN_MILLISECONDS);
    // What a full disk held back is signed now.
    else for (const { meeting } of atHand.values()) void meeting.settle();
  });
  let systemSays: boolean | null = null;
  const stopMetered = network.onMetered((metered) => {
    systemSays = metered;
    tellAll();
  });
  let lookingAgain: NodeJS.Timeout | undefined;
  let looked: readonly FoundHost[] = [];
  let closed = false;
  const stopFound = network.onFound((hosts) => void lookAt(hosts));

  function stored(meeting: MeetingId): NonNullable<ReturnType<LaptopStore['meetings']['get']>> {
    const row = store.meetings.get(meeting);
    if (!row) throw new Refusal('unknown-meeting');
    return row;
  }

  const newRow = (id: MeetingId): StoredMeeting => ({
    id,
    convener: null,
    nonce: null,
    summary: { title: '', kind: '', start: '', place: '', phase: 'draft' },
    readOnly: false,
    carrying: false,
    addresses: [],
    createdAt: now().toISOString(),
  });

  function open(id: MeetingId): OpenMeeting {
    return (atHand.get(id) ?? bring(id)).meeting;
  }

  function bring(id: MeetingId): AtHand {
    const row = stored(id);
    const meeting = openMeeting({
      meeting: id,
      me: session.member,
      convener: row.convener ?? undefined,
      readOnly: row.readOnly,
      store,
      authentication: deps.authentication,
      certificates: deps.certificates,
      paperPath: (paper) => store.papers.find(paper),
      now,
      logger: log,
    });
    const own = followOwnChanges({ meeting, store, acknowledged: network.acknowledged(id), now });
    const one: AtHand = {
      meeting,
      own,
      attending: undefined,
      attendance: undefined,
      fetcher: undefined,
      offer: undefined,
      stops: [],
      attended: [],
      telling: undefined,
      onlyHereSince: null,
      sealing: false,
      receipted: new Set(),
      reading: null,
      pauseWord: undefined,
    };
    atHand.set(id, one);
    one.stops.push(
      meeting.onChange(() => tell(id)),
      own.onChange(() => tell(id)),
      () => own.close(),
    );
    tell(id);
    return one;
  }

  /** Tells windows what changed, and does what follows from it. */
  function tell(id: MeetingId): void {
    const one = atHand.get(id);
    if (!one || one.telling) return;
    one.telling = setTimeout(() => {
      one.telling = undefined;
      try {
        settle(one);
        events.emit('meeting.view', view(id));
        events.emit('papers.changed', { meeting: id, papers: papers(id) });
      } catch (error) {
        // Whatever others wrote into one meeting, the rest of this laptop goes on.
        log.error('meeting could not be shown', { meeting: id }, error);
      }
    }, TELL_EVERY);
  }

  /** What lists show of it, kept; true when it is other than before. */
  function keepSummary({ meeting }: AtHand): boolean {
    const row = store.meetings.get(meeting.id);
    const summary = summaryOf(meeting);
    const convener = meeting.state()?.convener ?? row?.convener ?? null;
    if (!row || (JSON.stringify(row.summary) === JSON.stringify(summary) && row.convener === convener)) return false;
    remember({ ...row, summary, convener });
    return true;
  }

  function settle(one: AtHand): void {
    const { meeting } = one;
    if (keepSummary(one) || sinceOf(meeting.id) !== one.onlyHereSince) events.emit('meetings.changed', list());
    one.onlyHereSince = sinceOf(meeting.id);
    exchangePapers(one);
    if (!cannotWrite(store.health.trouble())) {
      void receipt(one);
      void seal(one);
    }
  }

  /** A laptop whose disk takes nothing passes nothing on either: where there is another, that one carries the meeting. */
  function stepDown(): void {
    for (const { attendance } of atHand.values()) {
      const others =
        attendance?.status().role === 'host' && attendance.laptops().some(({ member }) => member !== session.member);
      if (others) attendance.release();
    }
  }

  /** What the list of meetings shows of one: without it everything else goes on. */
  function remember(row: StoredMeeting): void {
    try {
      store.meetings.put(row);
    } catch (error) {
      log.warn('a meeting could not be noted', { meeting: row.id }, error);
    }
  }

  function tellAll(): void {
    for (const id of atHand.keys()) tell(id);
  }

  const pauseNow = (one: AtHand) => pauseOf(one.pauseWord, store.settings.get().metered, systemSays);

  /** What is missing here is fetched from the host and others, what the host lacks is brought there. */
  function exchangePapers(one: AtHand): void {
    const { meeting, attendance, fetcher, offer } = one;
    const status = attendance?.status();
    const host = status?.role === 'member' ? status.carriedBy : null;
    const receipts = meeting.state()?.receipts ?? {};
    const needed = papersByNeed(meeting, one.reading);
    const atHost = new Set(
      needed.map((paper) => paper.sha256).filter((sha256) => host && receipts[sha256]?.includes(host)),
    );
    const here = new Set(needed.filter((paper) => store.papers.find(paper.sha256)));
    fetcher?.pause(pauseNow(one) !== null);
    fetcher?.want(
      needed.filter((paper) => !here.has(paper)),
      atHost,
    );
    offer?.offer([...here], atHost);
  }

  /** Says by a signed act which papers are here; the secretary's board shows it. */
  async function receipt(one: AtHand): Promise<void> {
    const { meeting, receipted } = one;
    const state = meeting.state();
    if (deps.relay || !state || meeting.readOnly || !meeting.mayAttend(session.member)) return;
    for (const paper of meeting.papers().keys()) {
      if (receipted.has(paper) || state.receipts[paper]?.includes(session.member)) continue;
      if (!store.papers.find(paper)) continue;
      receipted.add(paper);
      await meeting.perform('paper-received', { paper }).catch((error: unknown) => {
        receipted.delete(paper);
        log.warn('receipt was not signed', {}, error);
      });
    }
  }

  async function seal(one: AtHand): Promise<void> {
    if (one.sealing) return;
    one.sealing = true;
    try {
      await sealMinutes(deps.minutes, one.meeting);
    } catch (error) {
      log.error('minutes could not be sealed', {}, error);
    } finally {
      one.sealing = false;
    }
  }

  function connection(id: MeetingId): Connection {
    const one = atHand.get(id);
    const saved = one?.own.state() ?? NOTHING_OWN;
    const nameOf = (member: string): string | null =>
      one?.meeting.writers().roster.find((entry) => entry.member === member)?.name ?? null;
    return connectionOf(session, saved, nameOf, one?.attendance?.status() ?? { role: 'alone' });
  }

  function view(id: MeetingId): MeetingView {
    return viewOf(open(id), session, stored(id), connection(id), sinceOf(id));
  }

  function papers(id: MeetingId): ReturnType<typeof paperStatuses> {
    const meeting = open(id);
    const one = atHand.get(id);
    const progressOf = (paper: Sha256) =>
      (isHost(one) ? network.arriving(paper) : undefined) ?? one?.fetcher?.progress(paper);
    return paperStatuses(meeting, store, progressOf, one ? pauseNow(one) : null);
  }

  /** Since when there are own changes only here, unless for a moment only. */
  function sinceOf(id: MeetingId): string | null {
    const one = atHand.get(id);
    if (one) return lasting(one.own.state().onlyHere.since, now());
    if (!onlyHere.has(id)) onlyHere.set(id, onlyHereSince(id, session.member, store, network.acknowledged(id)));
    return onlyHere.get(id) ?? null;
  }

  function list(): MeetingSummary[] {
    return store.meetings.list().map((row) => {
      const one = atHand.get(row.id);
      return listed(row, session, {
        connected: isConnected(one),
        carrying: isHost(one),
        onlyHereSince: row.readOnly ? null : sinceOf(row.id),
      });
    });
  }

  async function lookAt(hosts: readonly FoundHost[]): Promise<void> {
    clearTimeout(lookingAgain);
    looked = hosts;
    let missed = false;
    const looks = hosts.map(async ({ address }) => {
      try {
        const meetings = await network.look(address);
        return meetings.map((one): FoundMeeting => {
          return { ...one, address, joined: atHand.get(one.meeting)?.attendance !== undefined };
        });
      } catch {
        missed = true;
        return [];
      }
    });
    const all = (await Promise.all(looks)).flat();
    found = all.filter((one) => !isHost(atHand.get(one.meeting)));
    events.emit('meetings.found', found);
    // The list comes again only when it differs.
    if (missed && !closed && looked === hosts)
      lookingAgain = setTimeout(() => void lookAt(hosts), LOOK_AGAIN_MILLISECONDS);
    // Two that carry one meeting have to find each other as well.
    for (const one of all) {
      const row = store.meetings.get(one.meeting);
      if (row && !row.readOnly && !row.addresses.includes(one.address)) {
        remember({ ...row, addresses: [one.address, ...row.addresses].slice(0, 8) });
      }
      atHand.get(one.meeting)?.attendance?.found([one.address]);
    }
  }

  /** Takes part with others from now on; asking twice is the same. */
  function attend(one: AtHand, carried = false): Promise<Attendance> {
    one.attending ??= begin(one, carried);
    one.attending.catch(() => (one.attending = undefined));
    return one.attending;
  }

  async function begin(one: AtHand, carried: boolean): Promise<Attendance> {
    const { meeting } = one;
    if (meeting.readOnly) throw new Refusal('read-only-meeting');
    const attendance = await network.attend(meeting, {
      carried,
      addresses() {
        const relay = readPlanMeta(meeting.plan)?.relay;
        const { addresses } = stored(meeting.id);
        return relay && !addresses.includes(relay) ? [...addresses, relay] : addresses;
      },
      start: () => stored(meeting.id).summary.start,
      rank: (member) => successionRank(meeting.writers(), member, readSuccessors(meeting.plan)),
      lasting: () => meeting.state()?.minutes.stage !== 'sealed',
      keeps: () =>
        deps.relay &&
        readPlanMeta(meeting.plan)?.relay !== undefined &&
        meeting.writers().roster.findLast((entry) => entry.role === 'relay')?.member === session.member,
      acts: () => rosterActs(meeting),
    });
    one.attendance = attendance;
    let last = '';
    const stopStatus = attendance.onStatus((status) => {
      const carrying = status.role === 'host';
      const now = JSON.stringify([status.role, status.role === 'member' && [status.state, status.carriedBy]]);
      if (now !== last) {
        last = now;
        const row = stored(meeting.id);
        // Who carried it before and does not any more finds it again by the address of who does.
        const address = status.role === 'member' && status.state === 'connected' ? status.address : null;
        const addresses =
          address === null || row.addresses[0] === address
            ? row.addresses
            : [address, ...row.addresses.filter((one) => one !== address)].slice(0, 8);
        if (status.role !== 'alone' && (row.carrying !== carrying || row.addresses !== addresses))
          remember({ ...row, carrying, addresses });
        events.emit('meetings.changed', list());
      }
      tell(meeting.id);
    });
    const stopWindows = meeting.onWindowDocument((name) => attendance.share(name));
    one.attended.push(stopStatus, stopWindows);
    const addresses = () => {
      const status = attendance.status();
      // A paper that somebody brought to one relay is fetched by the others.
      if (status.role === 'host') return inTurn(network.siblings(meeting.id));
      return status.role === 'member' && status.address ? [status.address] : [];
    };
    one.offer = network.offerPapers(meeting.id, { addresses, liveWaits: () => attendance.waits() });
    one.fetcher = network.fetchPapers(meeting.id, {
      addresses,
      liveWaits: () => attendance.waits(),
      // To the carrying laptop papers are brought.
      laptops: () => (attendance.status().role === 'host' ? [] : attendance.laptops()),
      hasWhole: (paper, member) => meeting.state()?.receipts[paper]?.includes(member) ?? false,
    });
    one.attended.push(
      one.fetcher.onProgress(() => tell(meeting.id)),
      one.fetcher.onComplete(() => tell(meeting.id)),
    );
    tell(meeting.id);
    return attendance;
  }

  /** Ends what goes between this laptop and others. */
  async function detach(one: AtHand): Promise<void> {
    const attendance = await one.attending?.catch(() => undefined);
    const { fetcher, offer } = one;
    for (const stop of one.attended.splice(0)) stop();
    one.attending = one.attendance = one.fetcher = one.offer = undefined;
    await Promise.all([fetcher?.close(), offer?.close(), attendance?.close()]);
  }

  /** A relay that the meeting was given to leaves it to those only who say in the plan that it has it no more. */
  async function takeBack({ meeting }: AtHand, attendance: Attendance): Promise<void> {
    const given = readPlanMeta(meeting.plan)?.relay !== undefined;
    if (deps.relay || !given || !meeting.mayWrite(session.member, 'plan')) return;
    meeting.change('plan', (doc) => setPlanMeta(doc, { relay: undefined }));
    await meeting.settle();
    const until = Date.now() + TAKE_BACK_MILLISECONDS;
    while (attendance.waits() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function carry(id: MeetingId): Promise<readonly string[]> {
    const one = atHand.get(id) ?? bring(id);
    if (one.meeting.readOnly) throw new Refusal('read-only-meeting');
    if (!one.meeting.state()) throw new Refusal('not-convened');
    const attendance = await attend(one);
    await takeBack(one, attendance);
    const addresses = attendance.carry();
    store.meetings.put({ ...stored(id), carrying: true });
    events.emit('meetings.changed', list());
    tell(id);
    return addresses;
  }

  const workplace: Workplace = {
    list,
    create(input) {
      const nonce = newNonce();
      const id = meetingIdOf(session.member, nonce);
      const { preset } = session.organisation;
      const summary = { ...input, phase: 'draft' as const };
      store.meetings.put({ ...newRow(id), convener: session.member, nonce, summary });
      const meeting = open(id);
      meeting.change('plan', (doc) => {
        setPlanMeta(doc, { ...input, rules: BODY_PRESETS[preset === 'custom' ? 'peoples-committee' : preset] });
        const { member, name, position } = session;
        putPlanPerson(doc, { member, name, position, role: 'secretary', voting: true });
      });
      events.emit('meetings.changed', list());
      return id;
    },
    open,
    async convene(id) {
      const meeting = open(id);
      const row = stored(id);
      const meta = readPlanMeta(meeting.plan);
      const roster = readPlanPeople(meeting.plan);
      if (!meta) throw new Refusal('plan-incomplete');
      if (!roster.some((entry) => entry.role === 'chair')) throw new Refusal('no-chair');
      if (!roster.some((entry) => entry.role === 'secretary')) throw new Refusal('no-secretary');
      // Whoever joins next finds the plan that was convened.
      await meeting.settle();
      if (meeting.state()) {
        await meeting.perform('roster-changed', { roster });
        return;
      }
      if (row.convener !== session.member || !row.nonce) throw new Refusal('act.not-the-convener');
      const { name, parent, symbol } = session.organisation;
      await meeting.perform('meeting-convened', {
        nonce: row.nonce,
        title: meta.title,
        kind: meta.kind,
        start: meta.start,
        place: meta.place,
        organisation: { name, parent, symbol },
        rules: meta.rules,
        roster,
      });
      if (!meeting.state()) throw new Refusal('act.not-the-convener');
    },
    carry,
    async entrust(id, address) {
      await entrust(deps, open(id), address);
      const one = atHand.get(id) ?? bring(id);
      await one.meeting.settle();
      (await attend(one)).release(address);
    },
    async stopCarrying(id) {
      const one = atHand.get(id);
      if (!one || !isHost(one)) return;
      await one.meeting.settle();
      one.attendance?.release();
      store.meetings.put({ ...stored(id), carrying: false });
      events.emit('meetings.changed', list());
      tell(id);
    },
    async join({ address, meeting: wanted }) {
      const offered = await network.look(address);
      const target = wanted ? offered.find((one) => one.meeting === wanted) : offered[0];
      if (!target) throw new Refusal(wanted ? 'meeting-not-there' : 'no-meeting-there');
      const row = store.meetings.get(target.meeting);
      if (row?.readOnly) throw new Refusal('read-only-meeting');
      const addresses = [address, ...(row?.addresses.filter((one) => one !== address) ?? [])].slice(0, 8);
      store.meetings.put({
        ...(row ?? {
          ...newRow(target.meeting),
          summary: { title: target.title, kind: '', start: target.start, place: '', phase: 'convened' as const },
        }),
        addresses,
      });
      const one = atHand.get(target.meeting) ?? bring(target.meeting);
      (await attend(one)).found([address]);
      events.emit('meetings.changed', list());
      return target.meeting;
    },
    async leave(id) {
      const one = atHand.get(id);
      if (one) await detach(one);
      store.meetings.put({ ...stored(id), addresses: [], carrying: false });
      events.emit('meetings.changed', list());
      tell(id);
    },
    view,
    atHand: () => ({
      links: [...atHand.keys()].flatMap((id) => linkDiagnosticsOf(connection(id)) ?? []),
      open: atHand.size,
    }),
    papers,
    papersElsewhere(id) {
      const meeting = open(id);
      return holdingsElsewhere({
        me: session.member,
        papers: papersByNeed(meeting, null),
        laptops: atHand.get(id)?.attendance?.laptops() ?? [],
        receivedBy: (paper) => meeting.state()?.receipts[paper] ?? [],
        ask: (address, papers) => network.askHoldings(id, address, papers),
      });
    },
    reading(id, paper) {
      const one = atHand.get(id);
      if (!one || one.reading === paper) return;
      one.reading = paper;
      exchangePapers(one);
    },
    pausePapers(id, paused) {
      const one = atHand.get(id) ?? bring(id);
      one.pauseWord = paused ? 'pause' : 'fetch';
      exchangePapers(one);
      tell(id);
    },
    settingsChanged: tellAll,
    async resume() {
      for (const row of store.meetings.list()) {
        if (row.readOnly) continue;
        try {
          if (!row.carrying && (row.addresses.length === 0 || isLongOver(row))) continue;
          await attend(atHand.get(row.id) ?? bring(row.id), row.carrying);
        } catch (error) {
          log.error('meeting could not be resumed', { meeting: row.id }, error);
        }
      }
    },
    wake() {
      for (const { attendance } of atHand.values()) attendance?.found([]);
    },
    addReadOnly(id) {
      open(id);
      events.emit('meetings.changed', list());
    },
    async close() {
      stopArriving();
      closed = true;
      stopFound();
      clearTimeout(lookingAgain);
      stopHealth();
      clearTimeout(stepping);
      stopMetered();
      for (const one of atHand.values()) {
        clearTimeout(one.telling);
        try {
          // What was done in the last moment is in the list next time.
          if (!one.meeting.readOnly) keepSummary(one);
        } catch (error) {
          log.warn('a meeting could not be noted', { meeting: one.meeting.id }, error);
        }
        for (const stop of one.stops) stop();
        await detach(one);
        await one.meeting.close();
      }
      atHand.clear();
    },
  };
  return workplace;
}

/** Another one first every few seconds: it may have what the one before lacks. */
function inTurn<T>(all: readonly T[]): readonly T[] {
  const first = all.length > 0 ? Math.floor(Date.now() / TURN_MILLISECONDS) % all.length : 0;
  return [...all.slice(first), ...all.slice(0, first)];
}
