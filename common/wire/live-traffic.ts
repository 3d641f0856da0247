/** What of a meeting goes over the line to the carrying laptop beside its papers, which let it pass. */
export interface LiveTraffic {
  /** Something of this laptop is on its way and not yet stored there. */
  waits(): boolean;
  /** Somebody drew, typed or decided a moment ago, and is likely to go on. */
  lately(): boolean;
}

export const nothingLive: LiveTraffic = { waits: () => false, lately: () => false };
