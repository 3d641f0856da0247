import { pdfTime, textAppearance } from './appearance.ts';
import { readChain } from './cms.ts';
import { SigningError } from './errors.ts';
import { signatureFields } from './fields.ts';
import { findFont } from './font.ts';
import { PdfDocument } from './pdf/document.ts';
import { IncrementWriter, rectOf, serialize } from './pdf/increment.ts';
import type { PdfDict, PdfObject } from './pdf/objects.ts';
import { array, bytesString, dict, isDict, name, textString, withEntries } from './pdf/objects.ts';
import { readSignatureRevision } from './signature-revision.ts';
import { RESERVED, locksAll } from './signature-dictionary.ts';

export interface PlaceholderRequest {
  /** Name of a prepared field. */
  readonly field: string;
  /** The first signer certifies (DocMDP, P 2: only signing is allowed from then on), later ones approve. */
  readonly role: 'certify' | 'approve';
  /** DER, the signer's own first. */
  readonly chain: readonly Uint8Array[];
  /** Claimed time of signing (`/M`). */
  readonly time: Date;
  /** What the visible signature says, line by line. */
  readonly lines: readonly string[];
}

export interface Placeholder {
  /** The document with the placeholder. */
  readonly pdf: Uint8Array;
  /** What was appended: this is what travels to the signer. */
  readonly increment: Uint8Array;
}

/** What a CMS holds besides certificates, generously: attributes, identifiers and a signature of up to 1 KiB. */
const CMS_OVERHEAD = 3 * 1024;
const BYTE_RANGE_WIDTH = 44;

const reference = (method: string, parameters: Record<string, PdfObject>): PdfDict =>
  dict({
    Type: name('SigRef'),
    TransformMethod: name(method),
    TransformParams: dict({ Type: name('TransformParams'), ...parameters, V: name('1.2') }),
  });

/** The dictionary as text with room for what is not known yet, and where in it the room is. */
function signatureText(entries: Record<string, PdfObject>) {
  const head = Buffer.from('<< /ByteRange ', 'latin1');
  const contents = Buffer.from(' /Contents <', 'latin1');
  const rest = serialize(dict(entries)).subarray('<<'.length);
  const body = Buffer.concat([
    head,
    Buffer.alloc(BYTE_RANGE_WIDTH, ' '),
    contents,
    Buffer.alloc(2 * RESERVED, '0'),
    Buffer.from('>', 'latin1'),
    rest,
  ]);
  const gapStart = head.length + BYTE_RANGE_WIDTH + contents.length - 1;
  return { body, byteRange: head.length, gapStart, gapEnd: gapStart + 2 * RESERVED + 2 };
}

/**
 * Appends a revision with an empty signature and its visible appearance; the signer's laptop signs it with
 * `signIncrement`. Throws SigningError, PdfError.
 */
export function appendPlaceholder(pdf: Uint8Array, request: PlaceholderRequest): Placeholder {
  const [certificate] = readChain(request.chain);
  const needed = request.chain.reduce((sum, der) => sum + der.length, CMS_OVERHEAD);
  if (needed > RESERVED) throw new SigningError('signing-room-too-small', `${needed} bytes of certificates`);
  const document = new PdfDocument(pdf);
  const field = signatureFields(document).find((candidate) => candidate.name === request.field);
  if (!field) throw new SigningError('signing-field-missing', request.field);
  if (field.dict.entries.has('V')) throw new SigningError('signing-field-taken', request.field);
  const font = findFont(document);
  const rect = rectOf(document, field.dict.entries.get('Rect'));
  if (!font || !rect) throw new SigningError('signing-not-prepared', request.field);

  const writer = new IncrementWriter(document);
  const references: PdfDict[] = [];
  if (request.role === 'certify') references.push(reference('DocMDP', { P: 2 }));
  if (locksAll(document, field)) {
    const lock = reference('FieldMDP', { Action: name('All') });
    // Table 256 wants /Data for FieldMDP.
    references.push(withEntries(lock, { Data: document.catalogRef }));
  }
  const text = signatureText({
    Type: name('Sig'),
    Filter: name('Adobe.PPKLite'),
    SubFilter: name('ETSI.CAdES.detached'),
    M: bytesString(Buffer.from(pdfTime(request.time), 'latin1')),
    Name: textString(certificate.commonName),
    ...(references.length > 0 ? { Reference: array(...references) } : {}),
  });
  const signature = writer.add(text.body);
  const appearance = writer.add(textAppearance(rect, request.lines, font));
  writer.set(field.ref, withEntries(field.dict, { V: signature, AP: dict({ N: appearance }) }));
  if (request.role === 'certify') {
    const { catalog } = document;
    const perms = catalog.entries.get('Perms');
    const others = isDict(perms) ? perms : dict({});
    const changed = withEntries(catalog, { Perms: withEntries(others, { DocMDP: signature }) });
    writer.set(document.catalogRef, changed);
  }
  const { bytes: increment, valueOffsets } = writer.build();
  const offset = valueOffsets.get(signature.num)!;
  const end = pdf.length + increment.length;
  const [gapStart, gapEnd] = [offset + text.gapStart, offset + text.gapEnd];
  const range = `[0 ${gapStart} ${gapEnd} ${end - gapEnd}]`.padEnd(BYTE_RANGE_WIDTH);
  Buffer.from(increment.buffer, increment.byteOffset, increment.length).write(
    range,
    offset + text.byteRange - pdf.length,
    'latin1',
  );
  const whole = Buffer.concat([pdf, increment]);
  try {
    readSignatureRevision(document, new PdfDocument(whole));
  } catch (cause) {
    // A document that was certified, locked or signed in a way that leaves no place for this signature.
    throw new SigningError('signing-revision-not-allowed', String(cause));
  }
  return { pdf: whole, increment };
}
