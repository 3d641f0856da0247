/** What of a meeting goes over the line to the carrying laptop beside its papers, which let it pass. */
export interface LiveTraffic {
  /** Something of this laptop is on its way and not yet stored there. */
  waits(): boolean;
  /** The carrying laptop is being looked for. */
  away(): boolean;
  /** Something live came or went a moment ago (ink, text, acts, presence): more is likely to follow. */
  lately(): boolean;
}

export const nothingLive: LiveTraffic = { waits: () => false, away: () => false, lately: () => false };
