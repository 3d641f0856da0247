import { isPossibleStart } from '../../../common/collab/summons.ts';
import { fromInputParts, inputParts, type InputParts } from '../../ui/time.ts';

/**
 * The start that is to be written when `typed` stands in one of its two fields; undefined: none. A year being typed begins
 * as 0002: while somebody is `still typing` only what can be a start is written.
 */
export function startTyped(start: string, typed: Partial<InputParts>, stillTyping: boolean): string | undefined {
  const shown = inputParts(start);
  // From a start that can't be read the day alone leads to one that can.
  const { date, time } = { date: shown.date, time: shown.time || '08:00', ...typed };
  const value = fromInputParts(date, time);
  if (value === undefined || value === start) return undefined;
  return stillTyping && !isPossibleStart(value) ? undefined : value;
}
