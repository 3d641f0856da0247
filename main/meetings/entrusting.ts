import { putPlanPerson, readPlanPeople, setPlanMeta } from '../../common/collab/plan.ts';
import type { EntryBatch } from '../../common/collab/carried-meeting.ts';
import { Refusal } from '../../common/contract/port.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import type { EntrustOutcome } from '../../common/wire/entrust.ts';
import { meetingBy, rosterActs } from './entrusted-meeting.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { Session } from './organisation.ts';
import type { CertificateBook, EntryAuthentication, LaptopStore, Network } from './ports.ts';
import { newRow } from './stored-meeting.ts';

/** Meetings that a relay keeps. */
const MAX_ENTRUSTED = 2000;

/**
 * The chair's office gives a meeting to the relay at `host:port`: it is put into the roster, so that it may have the
 * meeting, and into the plan, so that everybody finds it; then it is shown the acts that say so.
 */
export async function entrust(
  deps: { readonly session: Session; readonly network: Network },
  meeting: OpenMeeting,
  address: string,
): Promise<void> {
  const { session, network } = deps;
  const state = meeting.state();
  if (meeting.readOnly) throw new Refusal('read-only-meeting');
  if (!state) throw new Refusal('not-convened');
  if (!meeting.mayWrite(session.member, 'plan')) throw new Refusal('act.not-allowed');
  const { member, name, relay } = await network.carrierAt(address);
  if (!relay) throw new Refusal('not-a-relay');
  const entry = { member, name, position: '', role: 'relay' as const, voting: false };
  meeting.change('plan', (doc) => {
    if (!readPlanPeople(doc).some((one) => one.member === member)) putPlanPerson(doc, entry);
    setPlanMeta(doc, { relay: address });
  });
  if (!state.roster.some((one) => one.member === member)) {
    await meeting.perform('roster-changed', { roster: [...state.roster, entry] });
  }
  await meeting.settle();
  await network.entrust(address, meeting.id, rosterActs(meeting));
}

/** At a relay: takes in a meeting that its own acts show to be this relay's as well. `carry` carries it. */
export async function takeEntrusted(
  deps: {
    readonly session: Session;
    readonly store: LaptopStore;
    readonly authentication: EntryAuthentication;
    readonly certificates: CertificateBook;
    open(id: MeetingId): OpenMeeting;
    carry(id: MeetingId): Promise<unknown>;
    readonly now: () => Date;
  },
  id: MeetingId,
  acts: EntryBatch,
): Promise<EntrustOutcome> {
  const { session, store } = deps;
  const shown = await meetingBy(id, acts, deps);
  if (!shown?.roster.some((entry) => entry.member === session.member)) return 'not-of-the-meeting';
  if (!store.meetings.get(id)) {
    if (store.meetings.list().length >= MAX_ENTRUSTED) return 'too-many';
    const { convener, title, kind, start, place } = shown;
    store.meetings.put({
      ...newRow(id, deps.now()),
      convener,
      summary: { title, kind, start, place, phase: 'convened' as const },
    });
  }
  const meeting = deps.open(id);
  await meeting.log.receive(acts, session.member);
  // The log's own checks may know better, such as a later roster without this relay.
  if (!meeting.mayAttend(session.member)) return 'not-of-the-meeting';
  await deps.carry(id);
  return 'carried';
}
