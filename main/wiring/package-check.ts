import type { MeetingState } from '../../common/domain/meeting-state.ts';
import type { ProblemCode } from '../../common/domain/verdict.ts';
import { sha256 } from '../store/hash-bytes.ts';

/** Whether a package holds what its own acts tell of: these minutes, and the ballots that were counted. */
export function incompleteness({ minutes, motions }: MeetingState, pdf: Uint8Array | undefined): ProblemCode[] {
  const problems: ProblemCode[] = [];
  if (minutes.stage !== 'sealed') {
    if (pdf) problems.push('package-minutes-not-sealed');
  } else if (!pdf) problems.push('package-minutes-missing');
  else if (sha256(pdf) !== minutes.paper) problems.push('package-minutes-other');
  if (motions.some(({ missing }) => missing > 0)) problems.push('package-ballots-missing');
  return problems;
}
