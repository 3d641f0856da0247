import type * as Y from 'yjs';
import { z } from 'zod';
import type { AgendaItemId, Sha256 } from '../domain/ids.ts';

/**
 * What was changed of agenda items since they were added: each field is a record of its own, and each paper is, so that
 * two who change one item apart from each other both find their change in it.
 */
const FIELDS = ['title', 'presenter', 'minutes', 'order', 'motions'] as const;
type Field = (typeof FIELDS)[number];

interface ItemFields extends Readonly<Record<Field, unknown>> {
  readonly papers: readonly Sha256[];
}

/** `at`: where among those that were added; null: it was taken off. */
interface PaperChange {
  readonly paper: Sha256;
  readonly at: number | null;
}

interface ItemChange {
  readonly fields: Partial<Record<Field, unknown>>;
  readonly papers: PaperChange[];
}

/** The longest has the 64 letters that a key of such a document may have. */
const KEY = new RegExp(`^item-([A-Za-z0-9_-]{1,40})-(?:(${FIELDS.join('|')})|[0-9a-f]{18})$`);
const paperKey = (id: AgendaItemId, paper: Sha256): string => `item-${id}-${paper.slice(0, 18)}`;

const paperSchema = z.object({
  paper: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((v) => v as Sha256),
  at: z.number().nullable(),
});

/** The changes of all items, by their ids. */
export function readItemChanges(records: Y.Map<unknown>): Map<string, ItemChange> {
  const found = new Map<string, ItemChange>();
  for (const [key, value] of records.entries()) {
    const [, id, field] = KEY.exec(key) ?? [];
    if (id === undefined) continue;
    const change = found.get(id) ?? { fields: {}, papers: [] };
    found.set(id, change);
    if (field !== undefined) change.fields[field as Field] = value;
    else {
      const paper = paperSchema.safeParse(value);
      if (paper.success) change.papers.push(paper.data);
    }
  }
  return found;
}

/** The papers of an item: those that it was added with, but for what was taken off, then those that came since. */
export function changedPapers(first: readonly Sha256[], changes: readonly PaperChange[]): Sha256[] {
  const changed = new Set(changes.map(({ paper }) => paper));
  const added = changes.flatMap(({ paper, at }) => (at === null ? [] : [{ paper, at }]));
  added.sort((a, b) => a.at - b.at || (a.paper < b.paper ? -1 : 1));
  return [...first.filter((paper) => !changed.has(paper)), ...added.map(({ paper }) => paper)];
}

/** Writes what of `part` differs from the item as it is `now`. Papers come last, in whatever order they are given. */
export function writeItemChange(
  records: Y.Map<unknown>,
  id: AgendaItemId,
  now: ItemFields,
  part: Partial<ItemFields>,
): void {
  for (const field of FIELDS) {
    const value = part[field];
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(now[field]))
      records.set(`item-${id}-${field}`, value);
  }
  if (part.papers === undefined) return;
  const wanted = new Set(part.papers);
  for (const paper of now.papers) {
    if (!wanted.has(paper)) records.set(paperKey(id, paper), { paper, at: null });
  }
  let last = Math.max(
    0,
    ...(readItemChanges(records)
      .get(id)
      ?.papers.map(({ at }) => at ?? 0) ?? []),
  );
  for (const paper of wanted) {
    if (!now.papers.includes(paper)) records.set(paperKey(id, paper), { paper, at: (last += 1) });
  }
}

/** Forgets what was changed of an item that is removed, or added under the id of one that was. */
export function clearItemChange(records: Y.Map<unknown>, id: AgendaItemId): void {
  for (const key of [...records.keys()]) if (KEY.exec(key)?.[1] === id) records.delete(key);
}
