import type { PdfDocument } from './pdf/document.ts';
import { PdfError } from './pdf/errors.ts';
import type { PdfDict, PdfRef } from './pdf/objects.ts';
import { isName, isRef, isString, textOf } from './pdf/objects.ts';

const MAX_FIELDS = 10_000;

export interface FormField {
  /** Full name: partial names joined with dots. */
  readonly name: string;
  readonly ref: PdfRef;
  readonly dict: PdfDict;
  /** The signature dictionary, if the field has a value. */
  readonly value: PdfDict | undefined;
  readonly valueRef: PdfRef | undefined;
}

/** The signature fields of the form, in its order. Throws PdfError on a form that readers would read differently. */
export function signatureFields(document: PdfDocument): FormField[] {
  const form = document.dictOf(document.catalog.entries.get('AcroForm'));
  const found: FormField[] = [];
  const seen = new Set<number>();
  const visit = (node: PdfRef, parent: string, inherited: string | undefined, depth: number): void => {
    if (seen.has(node.num) || depth > 20 || seen.size > MAX_FIELDS) throw new PdfError('pdf-structure', 'form fields');
    seen.add(node.num);
    const field = document.dictOf(node);
    if (!field) throw new PdfError('pdf-structure', 'form field');
    const partial = document.resolve(field.entries.get('T'));
    const own = isString(partial) ? textOf(partial) : undefined;
    const fullName = own === undefined ? parent : parent === '' ? own : `${parent}.${own}`;
    const typeEntry = document.resolve(field.entries.get('FT'));
    const type = isName(typeEntry) ? typeEntry.name : inherited;
    const kids = document.arrayOf(field.entries.get('Kids'));
    if (type === 'Sig' && own !== undefined) {
      const value = field.entries.get('V');
      const valueDict = document.dictOf(value);
      if (value !== undefined && document.resolve(value) !== null && !valueDict)
        throw new PdfError('pdf-structure', 'value of a signature field');
      const valueRef = isRef(value) ? value : undefined;
      found.push({ name: fullName, ref: node, dict: field, value: valueDict, valueRef });
    }
    for (const kid of kids?.items ?? []) {
      if (!isRef(kid)) throw new PdfError('pdf-structure', 'form field');
      visit(kid, fullName, type, depth + 1);
    }
  };
  for (const item of document.arrayOf(form?.entries.get('Fields'))?.items ?? []) {
    if (!isRef(item)) throw new PdfError('pdf-structure', 'form field');
    visit(item, '', undefined, 0);
  }
  if (new Set(found.map((field) => field.name)).size !== found.length)
    throw new PdfError('pdf-structure', 'two signature fields of one name');
  return found;
}
