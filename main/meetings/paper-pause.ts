import type { PaperPause, Settings } from '../../common/contract/requests.ts';

/** What the person said for this meeting, until the application is closed. */
export type PauseWord = 'pause' | 'fetch';

/** Whether the papers of a meeting wait, and why: the person's word for the meeting counts more than the network's price. */
export function pauseOf(
  word: PauseWord | undefined,
  setting: Settings['metered'],
  /** null: the system doesn't say. */
  systemSays: boolean | null,
): PaperPause | null {
  if (word !== undefined) return word === 'pause' ? 'asked' : null;
  const metered = setting === 'auto' ? systemSays === true : setting === 'yes';
  return metered ? 'metered' : null;
}
