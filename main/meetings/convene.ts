import { putPlanPerson, readPlanMeta, readPlanPeople, setPlanMeta } from '../../common/collab/plan.ts';
import { isPossibleStart, notYetSummoned } from '../../common/collab/summons.ts';
import { Refusal } from '../../common/contract/port.ts';
import type { ParsedInput } from '../../common/contract/requests.ts';
import { BODY_PRESETS } from '../../common/domain/body-rules.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { Session } from './organisation.ts';
import type { StoredMeeting } from './ports.ts';

/** The plan of a new meeting, of which only whoever prepares it is yet. */
export function beginPlan(meeting: OpenMeeting, session: Session, input: ParsedInput<'meetings.create'>): void {
  const { preset } = session.organisation;
  meeting.change('plan', (doc) => {
    setPlanMeta(doc, { ...input, rules: BODY_PRESETS[preset === 'custom' ? 'peoples-committee' : preset] });
    const { member, name, position } = session;
    putPlanPerson(doc, { member, name, position, role: 'secretary', voting: true });
  });
}

/** Makes the plan official by an act: that the meeting is convened, or once it is, what has changed since. */
export async function convene(
  meeting: OpenMeeting,
  { convener, nonce }: Pick<StoredMeeting, 'convener' | 'nonce'>,
  session: Session,
): Promise<void> {
  const meta = readPlanMeta(meeting.plan);
  const roster = readPlanPeople(meeting.plan);
  if (!meta?.rules) throw new Refusal('plan-incomplete');
  if (!isPossibleStart(meta.start)) throw new Refusal('impossible-start');
  if (!roster.some((entry) => entry.role === 'chair')) throw new Refusal('no-chair');
  if (!roster.some((entry) => entry.role === 'secretary')) throw new Refusal('no-secretary');
  // Whoever joins next finds the plan that was convened.
  await meeting.settle();
  const { title, kind, start, place } = meta;
  const state = meeting.state();
  if (state) {
    const differs = notYetSummoned({ meta, people: roster }, state);
    if (differs.details) await meeting.perform('summons-changed', { title, kind, start, place });
    if (differs.people) await meeting.perform('roster-changed', { roster });
    return;
  }
  if (convener !== session.member || !nonce) throw new Refusal('act.not-the-convener');
  const { name, parent, symbol } = session.organisation;
  await meeting.perform('meeting-convened', {
    nonce,
    title,
    kind,
    start,
    place,
    organisation: { name, parent, symbol },
    rules: meta.rules,
    roster,
  });
  if (!meeting.state()) throw new Refusal('act.not-the-convener');
}
