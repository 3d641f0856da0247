import type { ChangeKind } from '../../common/domain/verdict.ts';
import { signatureFields } from './fields.ts';
import type { PdfDocument } from './pdf/document.ts';
import { PdfError } from './pdf/errors.ts';
import type { PdfObject } from './pdf/objects.ts';
import type { XrefEntry } from './pdf/xref.ts';
import { isDict, isName, refsIn, sameObject } from './pdf/objects.ts';

export interface DocumentChange {
  readonly kind: ChangeKind;
  readonly page?: number;
}

/** What an object is to a reader of the document. */
type Roles = Map<number, DocumentChange>;

const MAX_WALK = 200_000;

function claim(roles: Roles, document: PdfDocument, value: PdfObject | undefined, change: DocumentChange): void {
  const stack: PdfObject[] = [value ?? null];
  for (let steps = 0; stack.length > 0 && steps < MAX_WALK; steps++) {
    for (const target of refsIn(stack.pop()!)) {
      if (roles.has(target.num)) continue;
      roles.set(target.num, change);
      stack.push(document.get(target));
    }
  }
}

function rolesOf(document: PdfDocument): Roles {
  const roles: Roles = new Map();
  const { catalog } = document;
  roles.set(document.catalogRef.num, { kind: 'document-settings' });
  const pages = document.pages();
  for (const page of pages) roles.set(page.ref.num, { kind: 'page-content', page: page.index });
  for (const field of signatureFields(document)) {
    roles.set(field.ref.num, { kind: field.value ? 'signature-changed' : 'form-field' });
    if (field.value) {
      if (field.valueRef) roles.set(field.valueRef.num, { kind: 'signature-changed' });
      claim(roles, document, field.dict.entries.get('AP'), { kind: 'signature-changed' });
    }
  }
  claim(roles, document, catalog.entries.get('AcroForm'), { kind: 'form-field' });
  claim(roles, document, catalog.entries.get('Metadata'), { kind: 'metadata' });
  claim(roles, document, document.trailer.entries.get('Info'), { kind: 'metadata' });
  for (const page of pages) {
    const { entries } = page.dict;
    claim(roles, document, entries.get('Contents'), { kind: 'page-content', page: page.index });
    claim(roles, document, entries.get('Annots'), { kind: 'annotation', page: page.index });
    for (const key of ['Resources', 'Parent'])
      claim(roles, document, entries.get(key), { kind: 'page-content', page: page.index });
  }
  return roles;
}

const valueAt = (document: PdfDocument, num: number): PdfObject => {
  const entry = document.entry(num);
  return document.get({ kind: 'ref', num, gen: entry?.kind === 'offset' ? entry.gen : 0 });
};

/** Both revisions find the object in the same bytes. Those in object streams are looked at, as a stream may be new. */
const sameEntry = (a: XrefEntry | undefined, b: XrefEntry | undefined): boolean =>
  a?.kind === 'offset' && b?.kind === 'offset' && a.offset === b.offset;

/** What differs between two dictionaries of one page. */
function pageChange(before: PdfObject, after: PdfObject): ChangeKind {
  if (!isDict(before) || !isDict(after) || !isName(after.entries.get('Type'), 'Page')) return 'page-content';
  const keys = new Set([...before.entries.keys(), ...after.entries.keys()]);
  const changed = [...keys].filter((key) => !sameObject(before.entries.get(key), after.entries.get(key)));
  return changed.every((key) => key === 'Annots') ? 'annotation' : 'page-content';
}

/**
 * Describes the difference between two revisions of a document, for people: each changed object by what it is to the
 * reader. Says too much rather than too little; it judges nothing.
 */
export function describeChanges(before: PdfDocument, after: PdfDocument): DocumentChange[] {
  const found = new Map<string, DocumentChange>();
  const report = (change: DocumentChange): void => void found.set(`${change.kind} ${change.page}`, change);
  try {
    const pagesBefore = before.pages().map((page) => page.ref);
    const pagesAfter = after.pages().map((page) => page.ref);
    const samePages =
      pagesBefore.length === pagesAfter.length && pagesBefore.every((p, i) => sameObject(p, pagesAfter[i]));
    if (!samePages) report({ kind: 'page-added-or-removed' });
    if (!sameObject(before.trailer.entries.get('Root'), after.trailer.entries.get('Root')))
      report({ kind: 'document-settings' });
    const roles = rolesOf(before);
    const numbers = new Set([...before.objectNumbers(), ...after.objectNumbers()]);
    for (const num of numbers) {
      if (sameEntry(before.entry(num), after.entry(num))) continue;
      const [old, now] = [valueAt(before, num), valueAt(after, num)];
      if (sameObject(old, now)) continue;
      const role = roles.get(num);
      const isPage = role !== undefined && isDict(old) && isName(old.entries.get('Type'), 'Page');
      if (isPage) report({ ...role, kind: pageChange(old, now) });
      else if (role) report(role);
      else if (isDict(now) && isName(now.entries.get('Type'), 'Sig')) report({ kind: 'signature-added' });
      else if (old !== null) report({ kind: 'other-object' });
    }
  } catch (cause) {
    if (!(cause instanceof PdfError)) throw cause;
    report({ kind: 'other-object' });
  }
  if (found.size === 0)
    report({ kind: before.sections[0]!.offset === after.sections[0]!.offset ? 'bytes-appended' : 'other-object' });
  return [...found.values()];
}
