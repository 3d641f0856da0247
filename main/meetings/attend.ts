import { readPlanMeta, readSuccessors, setPlanMeta } from '../../common/collab/plan.ts';
import { Refusal } from '../../common/contract/port.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { successionOrder } from '../../common/domain/succession-order.ts';
import { rosterActs } from './entrusted-meeting.ts';
import { linkOf, type MeetingAtHand } from './meeting-at-hand.ts';
import type { Session } from './organisation.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { Attendance, AttendanceStatus, Network, StoredMeeting } from './ports.ts';
import { withAddress } from './stored-meeting.ts';

export interface Attending {
  readonly session: Session;
  readonly network: Network;
  /** This is a relay: it keeps the meeting that it was given. */
  readonly relay: boolean;
  stored(meeting: MeetingId): StoredMeeting;
  /** Notes it; a disk that takes nothing changes nothing else. */
  remember(row: StoredMeeting): void;
  /** Something of the meeting is other than before. */
  tell(meeting: MeetingId): void;
  /** Chunks of a paper that windows wait for. */
  urgent(paper: Sha256): readonly number[];
  /** Whether this laptop is connected, or carries it, is other than before. */
  onStanding(): void;
}

/** A relay is given so long to hear that it has the meeting no more. */
const TAKE_BACK_MILLISECONDS = 1000;
const TURN_MILLISECONDS = 5000;

/** Takes part with others from now on; asking twice is the same. `carried`: as it did before it was restarted. */
export function attend(deps: Attending, one: MeetingAtHand, carried = false): Promise<Attendance> {
  one.attending ??= begin(deps, one, carried);
  one.attending.catch(() => (one.attending = undefined));
  return one.attending;
}

async function begin(deps: Attending, one: MeetingAtHand, carried: boolean): Promise<Attendance> {
  const { session, network } = deps;
  const { meeting } = one;
  if (meeting.readOnly) throw new Refusal('read-only-meeting');
  let { addresses } = deps.stored(meeting.id);
  const attendance = await network.attend(meeting, {
    carried,
    addresses() {
      const relay = readPlanMeta(meeting.plan)?.relay;
      try {
        ({ addresses } = deps.stored(meeting.id));
      } catch {
        // The disk can't be read now, as the store says where it is shown. Those of before are as good to look at.
      }
      return relay && !addresses.includes(relay) ? [...addresses, relay] : addresses;
    },
    start: () => deps.stored(meeting.id).summary.start,
    order: () => successionOrder(meeting.writers(), readSuccessors(meeting.plan)),
    lasting: () => meeting.state()?.minutes.stage !== 'sealed',
    keeps: () =>
      deps.relay &&
      readPlanMeta(meeting.plan)?.relay !== undefined &&
      meeting.writers().roster.findLast((entry) => entry.role === 'relay')?.member === session.member,
    acts: () => rosterActs(meeting),
  });
  one.attendance = attendance;
  one.attended.push(
    followStatus(deps, meeting.id, attendance),
    meeting.onWindowDocument((name) => attendance.share(name)),
    bringShown(meeting, attendance),
  );
  beginPapers(deps, one, attendance);
  deps.tell(meeting.id);
  return attendance;
}

/** Documents of which this laptop keeps what others did not sign are followed without a window, to bring it to who carries. */
function bringShown(meeting: OpenMeeting, attendance: Attendance): () => void {
  const shared = new Map<string, () => void>();
  let joined: string | null = null;
  const stop = attendance.onStatus((status) => {
    const to = status.role === 'member' && status.state === 'connected' ? status.address : null;
    if (to === joined) return;
    joined = to;
    if (to === null) return;
    for (const name of meeting.shownDocuments()) {
      if (!shared.has(name)) shared.set(name, attendance.share(name));
    }
  });
  return () => {
    stop();
    for (const release of shared.values()) release();
  };
}

/** What lists and the next start need of it is noted, windows are told. */
function followStatus(deps: Attending, meeting: MeetingId, attendance: Attendance): () => void {
  let last = '';
  return attendance.onStatus((status) => {
    const standing = JSON.stringify([status.role, linkOf(status), status.role === 'member' && status.carriedBy]);
    if (standing !== last) {
      noteStanding(deps, meeting, status);
      deps.onStanding();
      // Where that failed it is done with the next status.
      last = standing;
    }
    deps.tell(meeting);
  });
}

function noteStanding({ stored, remember }: Attending, meeting: MeetingId, status: AttendanceStatus): void {
  const row = stored(meeting);
  // Who carried it before and does not any more finds it again by the address of who does.
  const address = status.role === 'member' && status.state === 'connected' ? status.address : null;
  // Until then it carries on after the next start: there is nothing else that would bring it back to the meeting.
  const carrying = status.role === 'host' || (row.carrying && address === null);
  const addresses = address === null ? row.addresses : withAddress(row.addresses, address);
  if (status.role !== 'alone' && (row.carrying !== carrying || row.addresses !== addresses))
    remember({ ...row, carrying, addresses });
}

function beginPapers({ network, tell, urgent }: Attending, one: MeetingAtHand, attendance: Attendance): void {
  const { meeting } = one;
  const addresses = () => {
    const status = attendance.status();
    // A paper that somebody brought to one relay is fetched by the others.
    if (status.role === 'host') return inTurn(network.siblings(meeting.id));
    return status.role === 'member' && status.address ? [status.address] : [];
  };
  const linkedSince = () => {
    const status = attendance.status();
    return status.role === 'member' && status.state === 'connected' ? status.since : null;
  };
  one.offer = network.offerPapers(meeting.id, { addresses, linkedSince, live: attendance.live });
  one.fetcher = network.fetchPapers(meeting.id, {
    addresses,
    linkedSince,
    live: attendance.live,
    // To the carrying laptop papers are brought.
    laptops: () => (attendance.status().role === 'host' ? [] : attendance.laptops()),
    hasWhole: (paper, member) => meeting.state()?.receipts[paper]?.includes(member) ?? false,
    urgent,
  });
  one.attended.push(
    one.fetcher.onProgress(() => tell(meeting.id)),
    one.fetcher.onComplete(() => tell(meeting.id)),
  );
}

/** Another one first every few seconds: it may have what the one before lacks. */
function inTurn<T>(all: readonly T[]): readonly T[] {
  const first = all.length > 0 ? Math.floor(Date.now() / TURN_MILLISECONDS) % all.length : 0;
  return [...all.slice(first), ...all.slice(0, first)];
}

/** Ends what goes between this laptop and others. */
export async function detach(one: MeetingAtHand): Promise<void> {
  const attendance = await one.attending?.catch(() => undefined);
  const { fetcher, offer } = one;
  for (const stop of one.attended.splice(0)) stop();
  one.attending = one.attendance = one.fetcher = one.offer = undefined;
  await Promise.all([fetcher?.close(), offer?.close(), attendance?.close()]);
}

/** A relay that the meeting was given to leaves it to those only who say in the plan that it has it no more. */
export async function takeBack(
  { relay, session }: Pick<Attending, 'relay' | 'session'>,
  { meeting }: MeetingAtHand,
  attendance: Attendance,
): Promise<void> {
  const given = readPlanMeta(meeting.plan)?.relay !== undefined;
  if (relay || !given || !meeting.mayWrite(session.member, 'plan')) return;
  meeting.change('plan', (doc) => setPlanMeta(doc, { relay: undefined }));
  await meeting.settle();
  const until = Date.now() + TAKE_BACK_MILLISECONDS;
  while (attendance.live.waits() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
}
