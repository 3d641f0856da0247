import { putPlanPerson } from '../../common/collab/plan.ts';
import { Refusal } from '../../common/contract/port.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import type { RosterEntry } from '../../common/domain/roster.ts';
import type { OpenMeeting } from './open-meeting.ts';

/**
 * Another person of the meeting is its secretary from now on, also after it was closed: the one before may have lost the
 * laptop. [CON-2] [MIN-4] That one stays a member with the
 * same vote. Whoever asks may write the plan.
 */
export async function appointSecretary(meeting: OpenMeeting, member: MemberId): Promise<void> {
  const state = meeting.state();
  if (!state) throw new Refusal('not-convened');
  // Signed by the chair they need no secretary any more. [MIN-2]
  if (state.minutes.stage === 'signed' || state.minutes.stage === 'sealed') throw new Refusal('act.wrong-phase');
  const chosen = state.roster.find((entry) => entry.member === member);
  if (!chosen || chosen.role === 'chair' || chosen.role === 'relay') throw new Refusal('act.not-allowed');
  const roster = state.roster.map((entry): RosterEntry => {
    if (entry.member === member) return { ...entry, role: 'secretary' };
    return entry.role === 'secretary' ? { ...entry, role: 'member' } : entry;
  });
  // The act first: the plan follows what counts, and who is asked to convene anew finds both alike.
  await meeting.perform('roster-changed', { roster });
  meeting.change('plan', (doc) => {
    for (const [at, entry] of roster.entries()) if (entry !== state.roster[at]) putPlanPerson(doc, entry);
  });
  await meeting.settle();
}
