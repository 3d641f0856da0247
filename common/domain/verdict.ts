import type { MemberId, Sha256 } from './ids.ts';

/** `unknown` means that it can't be told, never that it is probably fine. */
export type Outcome = 'valid' | 'invalid' | 'unknown';
