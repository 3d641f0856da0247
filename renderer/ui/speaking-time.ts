/** What the clock of a speaker says; `time` in seconds. */
export interface SpeakingTime {
  readonly says: 'spoken' | 'left' | 'up' | 'over';
  readonly time: number;
}

/** `limit` in seconds, 0: none. Time left is rounded up, so that it never says 0:00 while there is some. */
export function speakingTime(spoken: number, limit: number): SpeakingTime {
  if (limit <= 0) return { says: 'spoken', time: spoken };
  if (spoken < limit) return { says: 'left', time: Math.ceil(limit - spoken) };
  return spoken < limit + 1 ? { says: 'up', time: 0 } : { says: 'over', time: spoken - limit };
}
