import type { Sha256 } from './ids.ts';
import type { MinutesStage } from './meeting-state.ts';

/** The PDF of the minutes as it stands: frozen by the secretary, or with all signatures; null while there is a draft only. */
export function minutesPaper(minutes: MinutesStage): Sha256 | null {
  if (minutes.stage === 'draft') return null;
  return minutes.stage === 'sealed' ? minutes.paper : minutes.revision;
}
