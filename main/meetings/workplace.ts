import type { LinkDiagnostics } from '../../common/contract/diagnostics.ts';
import { Refusal } from '../../common/contract/port.ts';
import { certificateCourse, whyNotSigned } from '../../common/domain/certificate-course.ts';
import type {
  Connection,
  FoundMeeting,
  MeetingSummary,
  MeetingView,
  ParsedInput,
} from '../../common/contract/requests.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { attend, detach, takeBack, type Attending } from './attend.ts';
import { keepCompact } from './compaction.ts';
import { beginPlan, convene } from './convene.ts';
import { entrust, takeEntrusted } from './entrusting.ts';
import type { EventHub } from './events.ts';
import { receiptPapers } from './exchange-papers.ts';
import { lookForMeetings } from './found-meetings.ts';
import { isHost, linkOf, newAtHand, onlineWith, type MeetingAtHand } from './meeting-at-hand.ts';
import { meetingIdOf, newNonce } from './meeting-id.ts';
import { sealMinutes, type MinutesDeps } from './meeting-minutes.ts';
import { openPaperDesk, type PaperDesk } from './paper-desk.ts';
import { connectionOf, linkDiagnosticsOf, listed, summaryOf, viewOf } from './meeting-view.ts';
import { openMeeting, type OpenMeeting } from './open-meeting.ts';
import { followOwnChanges, lasting, onlyHereSince, type SavedState } from './own-changes.ts';
import type { Session } from './organisation.ts';
import { cannotWrite, followDisk } from './storage.ts';
import { isLongOver, nearestFirst, newRow, withAddress } from './stored-meeting.ts';
import { holdsHere, takePackageOver } from './take-part.ts';
import type { CertificateBook, EntryAuthentication, LaptopStore, Log, Network, StoredMeeting } from './ports.ts';

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
  /** What the laptop at that address carries, the meeting nearest to now first. */
  look(address: string): Promise<readonly FoundMeeting[]>;
  join(input: ParsedInput<'meetings.join'>): Promise<MeetingId>;
  leave(meeting: MeetingId): Promise<void>;
  view(meeting: MeetingId): MeetingView;
  /** How many meetings are open, and what they are connected with; for whoever helps. */
  atHand(): { readonly links: readonly LinkDiagnostics[]; readonly open: number };
  papers(meeting: MeetingId): ReturnType<PaperDesk['statuses']>;
  /** Looks for whoever carries the meetings at once. */
  wake(): void;
  /** How far papers are on the other laptops. */
  papersElsewhere(meeting: MeetingId): ReturnType<PaperDesk['elsewhere']>;
  /** Verified bytes of a chunk, for a window that reads the paper while it comes; null: not within some seconds. */
  chunk(input: ParsedInput<'papers.chunk'>): Promise<Uint8Array | null>;
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

const NOTHING_OWN: SavedState = { onlyHere: { count: 0, since: null }, heldBack: null, hasOwn: false, savedOn: null };

/** Changes come in bursts; windows are told at most this often, in milliseconds. */
const TELL_EVERY = 40;
/** Looking at a signature may take a minute and a processor, and what did not verify hardly does so later. Milliseconds. */
const VERIFY_AGAIN = 10 * 60_000;

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
  /** Of own ink, before a snapshot is made of it; by default some seconds. */
  readonly quietMilliseconds?: number | undefined;
  readonly now: () => Date;
  readonly log: Log;
}): Workplace {
  const { store, session, network, events, now, log } = deps;
  const atHand = new Map<MeetingId, MeetingAtHand>();
  /** Of meetings that are not open, asked once: nothing changes there. */
  const onlyHere = new Map<MeetingId, string | null>();
  const listChanged = (): void => events.emit('meetings.changed', list());
  const desk = openPaperDesk({
    ...deps,
    onArriving(paper) {
      for (const [id, one] of atHand) if (isHost(one) && one.meeting.papers().has(paper)) tell(id);
    },
    onPriceChanged: tellAll,
  });
  const attending: Attending = { ...deps, stored, remember, tell, onStanding: listChanged, urgent: desk.urgent };

  if (deps.relay) {
    network.onEntrusted((id, acts) =>
      isHost(atHand.get(id)) ? Promise.resolve('carried') : takeEntrusted({ ...deps, open, carry }, id, acts),
    );
  }
  const stopDisk = followDisk(store.health, {
    onLong: stepDown,
    onWritable() {
      // What a full disk held back is signed now.
      for (const { meeting } of atHand.values()) void meeting.settle();
    },
  });
  const isJoined = (id: MeetingId): boolean => atHand.get(id)?.attendance !== undefined;
  const looking = lookForMeetings({ network, isJoined, onFound });

  function stored(meeting: MeetingId): StoredMeeting {
    const row = store.meetings.get(meeting);
    if (!row) throw new Refusal('unknown-meeting');
    return row;
  }

  const known = (id: MeetingId): MeetingAtHand => atHand.get(id) ?? bring(id);
  const open = (id: MeetingId): OpenMeeting => known(id).meeting;

  function bring(id: MeetingId): MeetingAtHand {
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
    const compaction = row.readOnly
      ? undefined
      : keepCompact({
          meeting,
          acknowledged: network.acknowledged(id),
          logger: log,
          quietMilliseconds: deps.quietMilliseconds,
        });
    const one = newAtHand(meeting, own, now);
    atHand.set(id, one);
    one.stops.push(
      meeting.onChange(() => tell(id)),
      own.onChange(() => tell(id)),
      () => own.close(),
      () => compaction?.close(),
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
        events.emit('papers.changed', { meeting: id, papers: desk.statuses(one) });
      } catch (error) {
        // Whatever others wrote into one meeting, the rest of this laptop goes on.
        log.error('meeting could not be shown', { meeting: id }, error);
      }
    }, TELL_EVERY);
  }

  /** What lists show of it, kept; true when it is other than before. */
  function keepSummary({ meeting }: MeetingAtHand): boolean {
    const row = store.meetings.get(meeting.id);
    const summary = summaryOf(meeting);
    const convener = meeting.state()?.convener ?? row?.convener ?? null;
    if (!row || (JSON.stringify(row.summary) === JSON.stringify(summary) && row.convener === convener)) return false;
    remember({ ...row, summary, convener });
    return true;
  }

  function settle(one: MeetingAtHand): void {
    const { meeting } = one;
    if (keepSummary(one) || sinceOf(meeting.id) !== one.onlyHereSince) listChanged();
    one.onlyHereSince = sinceOf(meeting.id);
    desk.exchange(one);
    if (!cannotWrite(store.health.trouble())) {
      if (!deps.relay) void receiptPapers(one, session.member, store, log);
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

  async function seal(one: MeetingAtHand): Promise<void> {
    if (one.sealing) return;
    one.sealing = true;
    let rest = 0;
    try {
      await sealMinutes(deps.minutes, one.meeting, onlineWith(one));
    } catch (error) {
      log.error('minutes could not be sealed', {}, error);
      if (error instanceof Refusal && error.code === 'signature-does-not-verify') rest = VERIFY_AGAIN;
    }
    if (rest === 0) one.sealing = false;
    else
      setTimeout(() => {
        one.sealing = false;
        tell(one.meeting.id);
      }, rest).unref();
  }

  function connection(id: MeetingId): Connection {
    const one = atHand.get(id);
    const saved = one?.own.state() ?? NOTHING_OWN;
    const nameOf = (member: string): string | null =>
      one?.meeting.writers().roster.find((entry) => entry.member === member)?.name ?? null;
    const status = one?.attendance?.status() ?? { role: 'alone' as const };
    return { ...connectionOf(session, saved, nameOf, status, now), metered: desk.metered() };
  }

  function view(id: MeetingId): MeetingView {
    const { meeting, ownClock } = known(id);
    return viewOf(meeting, session, stored(id), connection(id), sinceOf(id), ownClock);
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
        link: linkOf(one?.attendance?.status()),
        carrying: isHost(one),
        onlyHereSince: row.readOnly ? null : sinceOf(row.id),
      });
    });
  }

  /** Meetings of others on this network, for windows; two that carry one meeting have to find each other as well. */
  function onFound(found: readonly FoundMeeting[]): void {
    events.emit(
      'meetings.found',
      found.filter(({ meeting }) => !isHost(atHand.get(meeting))),
    );
    for (const { meeting, address } of found) {
      const row = store.meetings.get(meeting);
      if (row && !row.readOnly && !row.addresses.includes(address))
        remember({ ...row, addresses: withAddress(row.addresses, address) });
      atHand.get(meeting)?.attendance?.found([address]);
    }
  }

  async function look(address: string): Promise<readonly FoundMeeting[]> {
    const offered = nearestFirst(await network.look(address), now());
    return offered.map((one) => ({ ...one, address, joined: atHand.get(one.meeting)?.attendance !== undefined }));
  }

  /** Who looked at a meeting from a package takes part in it. */
  async function takePart(id: MeetingId): Promise<void> {
    const looked = atHand.get(id);
    takePackageOver({ store, certificates: deps.certificates, me: session.member }, id);
    atHand.delete(id);
    onlyHere.delete(id);
    looked?.meeting.turnWindowsOut();
    if (looked) await shut(looked);
  }

  async function carry(id: MeetingId): Promise<readonly string[]> {
    const { meeting } = known(id);
    if (meeting.readOnly) {
      if (!holdsHere(deps, id) || !meeting.mayAttend(session.member)) throw new Refusal('read-only-meeting');
      await takePart(id);
    }
    const one = known(id);
    if (!one.meeting.state()) throw new Refusal('not-convened');
    // Nobody could join it.
    const refusal = whyNotSigned(certificateCourse(session.validity, now().getTime()));
    if (refusal) throw new Refusal(refusal);
    const attendance = await attend(attending, one);
    await takeBack(deps, one, attendance);
    const addresses = attendance.carry();
    store.meetings.put({ ...stored(id), carrying: true });
    listChanged();
    tell(id);
    return addresses;
  }

  async function shut(one: MeetingAtHand): Promise<void> {
    try {
      // What was done in the last moment is in the list next time.
      if (!one.meeting.readOnly) keepSummary(one);
    } catch (error) {
      log.warn('a meeting could not be noted', { meeting: one.meeting.id }, error);
    }
    try {
      // While others still hear it: what was done in the last moment would be only here until the next start.
      await one.meeting.settle();
    } catch (error) {
      log.warn('the last changes could not be signed', { meeting: one.meeting.id }, error);
    }
    for (const stop of one.stops) stop();
    clearTimeout(one.telling);
    await detach(one);
    await one.meeting.close();
  }

  return {
    list,
    create(input) {
      const nonce = newNonce();
      const id = meetingIdOf(session.member, nonce);
      const summary = { ...input, phase: 'draft' as const };
      store.meetings.put({ ...newRow(id, now()), convener: session.member, nonce, summary });
      beginPlan(open(id), session, input);
      listChanged();
      return id;
    },
    open,
    convene: (id) => convene(open(id), stored(id), session),
    carry,
    async entrust(id, address) {
      await entrust(deps, open(id), address);
      const one = known(id);
      await one.meeting.settle();
      (await attend(attending, one)).release(address);
    },
    async stopCarrying(id) {
      const one = atHand.get(id);
      if (!one || !isHost(one)) return;
      await one.meeting.settle();
      one.attendance?.release();
      store.meetings.put({ ...stored(id), carrying: false });
      listChanged();
      tell(id);
    },
    look,
    async join({ address, meeting: wanted }) {
      const offered = await look(address);
      const target = wanted ? offered.find((one) => one.meeting === wanted) : offered[0];
      if (!target) throw new Refusal(wanted ? 'meeting-not-there' : 'no-meeting-there');
      if (store.meetings.get(target.meeting)?.readOnly) await takePart(target.meeting);
      const before = store.meetings.get(target.meeting) ?? {
        ...newRow(target.meeting, now()),
        summary: { title: target.title, kind: '', start: target.start, place: '', phase: 'convened' as const },
      };
      store.meetings.put({ ...before, addresses: withAddress(before.addresses, address) });
      const one = known(target.meeting);
      (await attend(attending, one)).found([address]);
      listChanged();
      return target.meeting;
    },
    async leave(id) {
      const one = atHand.get(id);
      await one?.meeting.settle();
      if (one) await detach(one);
      store.meetings.put({ ...stored(id), addresses: [], carrying: false });
      listChanged();
      tell(id);
    },
    view,
    atHand: () => ({
      links: [...atHand.keys()].flatMap((id) => linkDiagnosticsOf(connection(id)) ?? []),
      open: atHand.size,
    }),
    papers: (id) => desk.statuses(known(id)),
    papersElsewhere: (id) => desk.elsewhere(known(id)),
    chunk: async (input) => await desk.chunk(known(input.meeting), input),
    reading(id, paper) {
      const one = atHand.get(id);
      if (one) desk.reading(one, paper);
    },
    pausePapers(id, paused) {
      desk.pause(known(id), paused);
      tell(id);
    },
    settingsChanged: desk.priceChanged,
    async resume() {
      for (const row of store.meetings.list()) {
        if (row.readOnly) continue;
        try {
          // Unsigned since a crash, or since a clock was wrong: signed when it is opened.
          if (store.pending.documents(row.id).length > 0) open(row.id);
          if (!row.carrying && (row.addresses.length === 0 || isLongOver(row))) continue;
          await attend(attending, known(row.id), row.carrying);
        } catch (error) {
          log.error('meeting could not be resumed', { meeting: row.id }, error);
        }
      }
    },
    wake() {
      for (const { attendance } of atHand.values()) attendance?.wake();
    },
    addReadOnly(id) {
      open(id);
      listChanged();
    },
    async close() {
      desk.close();
      looking.close();
      stopDisk();
      for (const one of atHand.values()) await shut(one);
      atHand.clear();
    },
  };
}
