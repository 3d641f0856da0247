import type { MemberId } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { isPresent } from '../../../common/domain/quorum.ts';

const BEFORE = ['in-person', 'remote', 'represented', 'never-here'] as const;
const HERE = ['in-person', 'remote', 'left', 'never-here'] as const;
const GONE = ['back-in-person', 'back-remote', 'left-at', 'not-left', 'never-here'] as const;
const OUT = ['in-person', 'remote', 'represented', 'absent'] as const;

/** A line of the menu in which attendance is recorded. */
export type Line = (typeof BEFORE | typeof HERE | typeof GONE | typeof OUT)[number];

/** What a line records; the others are about leaving. */
export const RECORDED = {
  'in-person': 'in-person',
  remote: 'remote',
  'back-in-person': 'in-person',
  'back-remote': 'remote',
  represented: 'represented',
  absent: 'absent',
  'never-here': 'absent',
} as const;

/**
 * What can be recorded of somebody, by what was so far. Who attended an open meeting is absent only by mistake, and no mistake
 * where a ballot of theirs counts; who goes before the opening has not attended.
 */
export function linesFor({ attendance, phase, motions }: MeetingState, member: MemberId): readonly Line[] {
  const now = attendance[member];
  if (phase !== 'open') return isPresent(now) ? BEFORE : OUT;
  const lines: readonly Line[] = isPresent(now) ? HERE : now?.status === 'left' ? GONE : OUT;
  const voted = motions.some(({ ballots }) => ballots[member]);
  return voted ? lines.filter((line) => line !== 'never-here') : lines;
}
