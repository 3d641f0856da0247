import { first } from './010-first.ts';
import { acknowledged } from './020-acknowledged.ts';
import { snapshots } from './030-snapshots.ts';
import { shownChanges } from './040-shown-changes.ts';

export interface Migration {
  /** Written to `user_version` when done; spaced by ten, so that a correction can go in between. */
  readonly number: number;
  readonly sql: string;
}

/** In order. A migration that any release contained is never edited. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 10, sql: first },
  { number: 20, sql: acknowledged },
  { number: 30, sql: snapshots },
  { number: 40, sql: shownChanges },
];
