import { emptyAppearance } from './appearance.ts';
import { SigningError } from './errors.ts';
import { signatureFields } from './fields.ts';
import { FONT_NAME, embedFont } from './font.ts';
import { PdfDocument } from './pdf/document.ts';
import type { Rect } from './pdf/increment.ts';
import { IncrementWriter } from './pdf/increment.ts';
import { linkAnnotations } from './pdf/links.ts';
import type { PdfDict, PdfObject, PdfRef } from './pdf/objects.ts';
import { array, dict, isRef, name, textString, withEntries } from './pdf/objects.ts';

export interface SignatureField {
  /** For instance `Secretary`; no dots. */
  readonly name: string;
  /** Page index from 0. */
  readonly page: number;
  /** PDF points, origin at the page's lower left: left, bottom, right, top. */
  readonly rect: Rect;
  /**
   * Whether signing this field locks the document against any further change (ISO 32000-2, 12.7.5.5). Default: the last
   * of several fields.
   */
  readonly lock?: boolean;
}

export interface PrepareOptions {
  /** Links whose URI begins so marked the signature places; they stop being links. */
  readonly disarmLinks?: string;
}

/**
 * Appends one revision with all signature fields, their empty widgets and the font of their later appearances. It comes
 * before the first signature, because after a certifying one no field may be added. Throws SigningError, PdfError.
 */
export function prepareSignatures(
  pdf: Uint8Array,
  fields: readonly SignatureField[],
  fonts: { readonly regular: Uint8Array },
  options: PrepareOptions = {},
): Uint8Array {
  const document = new PdfDocument(pdf);
  const existing = signatureFields(document);
  const names = new Set(existing.map((field) => field.name));
  for (const field of fields) {
    if (names.has(field.name) || field.name.includes('.') || field.name === '')
      throw new SigningError('signing-field-exists', field.name);
    names.add(field.name);
  }
  const writer = new IncrementWriter(document);
  const pages = document.pages();
  const widgets = new Map<number, PdfRef[]>();
  const all: PdfRef[] = [];
  fields.forEach((field, i) => {
    const page = pages[field.page];
    if (!page) throw new SigningError('signing-page-missing', String(field.page));
    const lock = field.lock ?? (fields.length > 1 && i === fields.length - 1);
    const widget = writer.add(
      dict({
        Type: name('Annot'),
        Subtype: name('Widget'),
        FT: name('Sig'),
        T: textString(field.name),
        Rect: array(...field.rect),
        // Print, Locked.
        F: 132,
        P: page.ref,
        AP: dict({ N: writer.add(emptyAppearance(field.rect)) }),
        ...(lock ? { Lock: dict({ Type: name('SigFieldLock'), Action: name('All'), P: 1 }) } : {}),
      }),
    );
    all.push(widget);
    widgets.set(field.page, [...(widgets.get(field.page) ?? []), widget]);
  });
  const disarmed = new Map<PdfObject, PdfDict>();
  for (const link of options.disarmLinks ? linkAnnotations(document, options.disarmLinks) : []) {
    const harmless = withEntries(link.dict, { A: undefined });
    if (link.ref) writer.set(link.ref, harmless);
    else {
      disarmed.set(link.dict, harmless);
      widgets.set(link.page, widgets.get(link.page) ?? []);
    }
  }
  for (const [index, added] of widgets) {
    const page = pages[index]!;
    const before = document.arrayOf(page.dict.entries.get('Annots'))?.items ?? [];
    const kept = before.map((item) => disarmed.get(item) ?? item);
    writer.set(page.ref, withEntries(page.dict, { Annots: array(...kept, ...added) }));
  }
  writeForm(document, writer, all, embedFont(writer, fonts.regular));
  return Buffer.concat([pdf, writer.build().bytes]);
}

function writeForm(document: PdfDocument, writer: IncrementWriter, added: readonly PdfRef[], font: PdfRef): void {
  const { catalog, catalogRef } = document;
  const entry = catalog.entries.get('AcroForm');
  const form = document.dictOf(entry) ?? dict({});
  const resources = document.dictOf(form.entries.get('DR')) ?? dict({});
  const resourceFonts = document.dictOf(resources.entries.get('Font')) ?? dict({});
  const changed = withEntries(form, {
    Fields: array(...(document.arrayOf(form.entries.get('Fields'))?.items ?? []), ...added),
    SigFlags: 3,
    NeedAppearances: undefined,
    DR: withEntries(resources, { Font: withEntries(resourceFonts, { [FONT_NAME]: font }) }),
  });
  const formRef = writer.set(isRef(entry) ? entry : writer.allocate(), changed);
  writer.set(catalogRef, withEntries(catalog, { AcroForm: formRef }));
}
