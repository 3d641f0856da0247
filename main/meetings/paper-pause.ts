import type { PaperPause, Settings } from '../../common/contract/requests.ts';

/** What the person said for this meeting, until the application is closed. */
export type PauseWord = 'pause' | 'fetch';

/** `systemSays` null: it doesn't say. */
export const isMetered = (setting: Settings['metered'], systemSays: boolean | null): boolean =>
  setting === 'auto' ? systemSays === true : setting === 'yes';

/** Whether the papers of a meeting wait, and why: the person's word for the meeting counts more than the network's price. */
export function pauseOf(word: PauseWord | undefined, metered: boolean): PaperPause | null {
  if (word !== undefined) return word === 'pause' ? 'asked' : null;
  return metered ? 'metered' : null;
}
