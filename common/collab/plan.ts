import type * as Y from 'yjs';
import { z } from 'zod';
import { bodyRulesSchema, localIdSchema, rosterEntrySchema } from '../acts/acts.ts';
import { memberIdSchema } from '../acts/entry.ts';
import type { BodyRules } from '../domain/body-rules.ts';
import { asAgendaItemId, asMemberId, type AgendaItemId, type MemberId, type Sha256 } from '../domain/ids.ts';
import type { RosterEntry } from '../domain/roster.ts';
import { cutText } from './cut-text.ts';
import { changedPapers, clearItemChange, readItemChanges, writeItemChange } from './item-fields.ts';

/**
 * The plan document of a meeting: what is prepared before and adjusted during it. Written by the chair's office; what
 * must stand up later is in the acts. Records are whole JSON values replaced on edit, but for agenda items, of which each
 * field is; what can't be read of one is left out or cut, so a reader always gets a usable plan.
 */
export interface PlanMeta {
  readonly title: string;
  readonly kind: string;
  /** RFC 3339 with offset. */
  readonly start: string;
  readonly place: string;
  /** Undefined: they can't be read. Others are nobody's to choose. */
  readonly rules?: BodyRules | undefined;
  /** `host:port` of a relay that carries the meeting, for laptops that are elsewhere. */
  readonly relay?: string | undefined;
}

export interface AgendaItem {
  readonly id: AgendaItemId;
  readonly title: string;
  readonly presenter: string;
  /** Planned minutes; 0: not planned. */
  readonly minutes: number;
  /** Sort key; fractions leave room between two items. */
  readonly order: number;
  readonly papers: readonly Sha256[];
  /** Motions prepared with the item: their texts. */
  readonly motions: readonly string[];
}

export interface PaperRecord {
  readonly sha256: Sha256;
  readonly title: string;
  /** Bytes. */
  readonly size: number;
  readonly pages: number;
  /** SHA-256 of each 1 MiB chunk, so that a wrong byte is found where it is. */
  readonly chunks: readonly Sha256[];
}

export const PAPER_CHUNK_BYTES = 1024 * 1024;
/** A file with more is refused when it is added. */
export const MAX_PAPER_PAGES = 20_000;

/** Letters of a title, a name, a place: as many as the acts take. */
export const MAX_LINE = 500;
export const MAX_MOTION_TEXT = 20_000;
export const MAX_PAPER_TITLE = 300;
export const MAX_ITEM_PAPERS = 200;
export const MAX_ITEM_MOTIONS = 50;

// Every field is read by itself: one that is too long or damaged never takes away what stands beside it.
const line = z
  .string()
  .transform((text) => cutText(text, MAX_LINE))
  .catch('');
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((v) => v as Sha256);

/** What can be read of a list, from its beginning. */
const upTo = <T>(most: number, one: z.ZodType<T>) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((values) => values.flatMap((value) => parsed(one, value) ?? []).slice(0, most));
const parsed = <T>(schema: z.ZodType<T>, value: unknown): T | undefined => schema.safeParse(value).data;

const metaSchema = z.object({
  title: line,
  kind: line,
  start: line,
  place: line,
  rules: bodyRulesSchema.optional().catch(undefined),
  relay: z.string().max(MAX_LINE).optional().catch(undefined),
});
const itemSchema = z.object({
  title: line,
  presenter: line,
  minutes: z.number().min(0).max(10_000).catch(0),
  order: z.number().catch(0),
  papers: upTo(MAX_ITEM_PAPERS, sha256),
  motions: upTo(
    MAX_ITEM_MOTIONS,
    z.string().transform((text) => cutText(text, MAX_MOTION_TEXT)),
  ),
});
const itemIdSchema = localIdSchema.transform(asAgendaItemId);
/** Of a paper only the title can be done without: by the rest it is fetched and checked. */
const paperSchema = z.object({
  sha256,
  title: line,
  size: z
    .number()
    .int()
    .min(1)
    .max(4 * 1024 ** 3),
  pages: z.number().int().min(1),
  chunks: z.array(sha256).max(4096),
});
/** Of a person what is shown may be cut; who they are, as what, and whether they vote is read or they are none. */
const personSchema = rosterEntrySchema.extend({ name: line.pipe(z.string().min(1)), position: line });

const meta = (doc: Y.Doc) => doc.getMap<unknown>('meta');
const items = (doc: Y.Doc) => doc.getMap<unknown>('items');
const papers = (doc: Y.Doc) => doc.getMap<unknown>('papers');
const people = (doc: Y.Doc) => doc.getMap<unknown>('people');

export function readPlanMeta(doc: Y.Doc): PlanMeta | undefined {
  const written = meta(doc);
  // Not toJSON, which follows whatever is nested in there.
  const fields = Object.keys(metaSchema.shape).flatMap((name) =>
    written.has(name) ? [[name, written.get(name)]] : [],
  );
  if (fields.every(([name]) => name === 'relay')) return undefined;
  return parsed(metaSchema, Object.fromEntries(fields));
}

export function setPlanMeta(doc: Y.Doc, change: Partial<PlanMeta>): void {
  doc.transact(() => {
    for (const [key, value] of Object.entries(change)) meta(doc).set(key, value);
  });
}

/** As many as can be opened (`item-opened`); what is beyond is in the document and nowhere else. */
export const MAX_AGENDA_ITEMS = 1000;

/** Items in the order of the agenda, the first `MAX_AGENDA_ITEMS`: windows show them all. */
export function readAgenda(doc: Y.Doc): AgendaItem[] {
  const found: AgendaItem[] = [];
  const changes = readItemChanges(meta(doc));
  for (const [key, value] of items(doc).entries()) {
    const id = parsed(itemIdSchema, key);
    const added = parsed(z.record(z.string(), z.unknown()), value);
    if (id === undefined || added === undefined) continue;
    const change = changes.get(id);
    const item = itemSchema.parse({ ...added, ...change?.fields });
    const papers = change ? changedPapers(item.papers, change.papers).slice(0, MAX_ITEM_PAPERS) : item.papers;
    found.push({ id, ...item, papers });
  }
  return found.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1)).slice(0, MAX_AGENDA_ITEMS);
}

/** Adds an item, or makes one that is there like this. */
export function putAgendaItem(doc: Y.Doc, item: AgendaItem): void {
  if (items(doc).has(item.id)) return changeAgendaItem(doc, item.id, item);
  doc.transact(() => {
    clearItemChange(meta(doc), item.id);
    items(doc).set(item.id, item);
  });
}

/** What else somebody changes of the item meanwhile stays. One that is gone stays gone. */
export function changeAgendaItem(doc: Y.Doc, id: AgendaItemId, part: Partial<Omit<AgendaItem, 'id'>>): void {
  const now = readAgenda(doc).find((item) => item.id === id);
  if (now) doc.transact(() => writeItemChange(meta(doc), id, now, part));
}

export function removeAgendaItem(doc: Y.Doc, id: AgendaItemId): void {
  doc.transact(() => {
    items(doc).delete(id);
    clearItemChange(meta(doc), id);
  });
}

/** Moves an item so that it stands at `index` of the agenda. */
export function moveAgendaItem(doc: Y.Doc, id: AgendaItemId, index: number): void {
  const agenda = readAgenda(doc);
  const moved = agenda.find((item) => item.id === id);
  if (!moved) return;
  const others = agenda.filter((item) => item.id !== id);
  const before = others[index - 1]?.order;
  const after = others[index]?.order;
  const order =
    before === undefined ? (after ?? 1) - 1 : after === undefined ? before + 1 : before + (after - before) / 2;
  if ((before ?? -Infinity) < order && order < (after ?? Infinity)) changeAgendaItem(doc, id, { order });
  // Two numbers have some fifty others between them by halving, then none.
  else renumber(doc, others.toSpliced(index, 0, moved));
}

function renumber(doc: Y.Doc, agenda: readonly AgendaItem[]): void {
  doc.transact(() => {
    for (const [at, item] of agenda.entries()) writeItemChange(meta(doc), item.id, item, { order: at + 1 });
  });
}

export function readPapers(doc: Y.Doc): Map<Sha256, PaperRecord> {
  const found = new Map<Sha256, PaperRecord>();
  for (const value of papers(doc).values()) {
    const paper = parsed(paperSchema, value);
    if (paper) found.set(paper.sha256, paper);
  }
  return found;
}

export function putPaper(doc: Y.Doc, paper: PaperRecord): void {
  papers(doc).set(paper.sha256, paper);
}

const successorsSchema = upTo(500, memberIdSchema.transform(asMemberId));

/** Who takes the meeting over when its laptop fails, in this order, before everybody else. Empty: the default order. */
export function readSuccessors(doc: Y.Doc): MemberId[] {
  return parsed(successorsSchema, meta(doc).get('successors')) ?? [];
}

export function setSuccessors(doc: Y.Doc, successors: readonly MemberId[]): void {
  meta(doc).set('successors', [...successors]);
}

/** The people prepared for the meeting; the roster that counts is the one in the acts. */
export function readPlanPeople(doc: Y.Doc): RosterEntry[] {
  const found: RosterEntry[] = [];
  for (const [member, value] of people(doc).entries()) {
    const entry = parsed(personSchema, value);
    // Everybody once, whatever a program wrote.
    if (entry?.member === member) found.push(entry);
  }
  const rank = { chair: 0, secretary: 1, member: 2, guest: 3, relay: 4 };
  return found.sort((a, b) => rank[a.role] - rank[b.role] || a.name.localeCompare(b.name, 'vi'));
}

export function putPlanPerson(doc: Y.Doc, entry: RosterEntry): void {
  people(doc).set(entry.member, entry);
}

export function removePlanPerson(doc: Y.Doc, member: MemberId): void {
  people(doc).delete(member);
}
