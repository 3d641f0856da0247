import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { MemberId } from '../../common/domain/ids.ts';

/** Something that a laptop told its person was done; from then on it may never be lost. */
export type Done =
  | { readonly what: 'act'; readonly kind: string; readonly body: Readonly<Record<string, unknown>> }
  | { readonly what: 'stroke' | 'private-stroke'; readonly id: string }
  /** Written before a stroke is erased: from then on it may be there or not. */
  | { readonly what: 'erasing'; readonly id: string }
  | { readonly what: 'erased'; readonly id: string }
  | { readonly what: 'note'; readonly id: string; readonly text: string }
  | { readonly what: 'item'; readonly id: string; readonly title: string }
  | { readonly what: 'minutes'; readonly token: string };

export type DoneBy = Done & { readonly author: MemberId };

/** Writes at once to a file: what is noted outlives the process, however it ends. */
export function openLedger(file: string, author: MemberId): (done: Done) => void {
  return (done) => appendFileSync(file, JSON.stringify({ ...done, author }) + '\n');
}

export function readLedger(file: string): DoneBy[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as DoneBy);
}
