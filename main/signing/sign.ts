import type { SignatureAlgorithm, Signer } from '../../common/acts/signer.ts';
import type { Sha256 } from '../../common/domain/ids.ts';
import { parsePdfTime, textAppearance } from './appearance.ts';
import { readChain, sha256, signCms } from './cms.ts';
import { verifyCms } from './cms-verify.ts';
import { SigningError } from './errors.ts';
import type { FormField } from './fields.ts';
import { signatureFields } from './fields.ts';
import { findFont } from './font.ts';
import { PdfDocument } from './pdf/document.ts';
import { PdfError } from './pdf/errors.ts';
import { rectOf } from './pdf/increment.ts';
import { sameObject } from './pdf/objects.ts';
import type { ByteRange, SignaturePlace } from './signature-dictionary.ts';
import { RESERVED, cmsIn, signaturePlace } from './signature-dictionary.ts';
import type { SignatureRevision } from './signature-revision.ts';
import { RevisionError, isPlaceholder, readSignatureRevision, stringEntry } from './signature-revision.ts';

export interface IncrementToCheck {
  /** What the signer approved: length and hash of a beginning of `revision`. */
  readonly approved: { readonly sha256: Sha256; readonly length: number };
  /** The document that the increment extends: the approved bytes, and after them nothing but finished signatures. */
  readonly revision: Uint8Array;
  /** What the preparing laptop wants to append. */
  readonly increment: Uint8Array;
  /** The field that the signer means to sign. */
  readonly field: string;
  /** The signer's certificates, DER, the own first. */
  readonly chain: readonly Uint8Array[];
  /** What the visible signature must say, line by line. Default: not checked. */
  readonly lines?: readonly string[];
  /** Now on the signer's clock: the claimed time may differ by `MAX_CLOCK_DIFFERENCE` at most. Default: not checked. */
  readonly now?: Date;
}

export interface SignIncrementRequest extends Omit<IncrementToCheck, 'chain'> {
  readonly signer: Signer;
  /** Default: RSASSA-PSS. */
  readonly algorithm?: SignatureAlgorithm;
}

/** Milliseconds. Laptops without internet have bad clocks; a wrong day is a mistake or a lie. */
export const MAX_CLOCK_DIFFERENCE = 12 * 3600_000;

const digestOf = (bytes: Uint8Array, range: ByteRange): Buffer =>
  sha256(bytes.subarray(0, range.gapStart), bytes.subarray(range.gapEnd, range.end));

/** Every revision between the approved bytes and the whole, each of which may only add one signature. */
function signatureRevisions(whole: PdfDocument, approvedLength: number): SignatureRevision[] {
  const revisions: SignatureRevision[] = [];
  let before = new PdfDocument(whole.bytes.subarray(0, approvedLength));
  const ends = signatureFields(whole)
    .map((field) => signaturePlace(whole, field)?.range.end ?? 0)
    .filter((end) => end > approvedLength)
    .toSorted((a, b) => a - b);
  for (const end of ends) {
    const after = end === whole.bytes.length ? whole : new PdfDocument(whole.bytes.subarray(0, end));
    revisions.push(readSignatureRevision(before, after));
    before = after;
  }
  if (before.bytes.length !== whole.bytes.length) throw new RevisionError('bytes that no signature covers');
  return revisions;
}

/** Runs a check and turns what it throws about bad input into one SigningError. */
function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (cause instanceof RevisionError || cause instanceof PdfError)
      throw new SigningError('signing-revision-not-allowed', cause.message);
    throw cause;
  }
}

/**
 * The signer's half of deferred signing. The signer never signs a digest that somebody else computed: it must hold the
 * whole increment, which must extend exactly what was approved, add nothing but the signer's own signature and sign
 * everything but its Contents. Returns the CMS. Throws SigningError; what the signer throws passes through.
 */
export async function signIncrement(request: SignIncrementRequest): Promise<Uint8Array> {
  const { signer, algorithm } = request;
  return await signChecked(checkIncrement({ ...request, chain: signer.chain }), signer, algorithm);
}

/** Of a digest that `checkIncrement` gave on this laptop, never of another one. Throws like `signIncrement`. */
export async function signChecked(
  digest: Uint8Array,
  signer: Signer,
  algorithm: SignatureAlgorithm = 'RSASSA-PSS',
): Promise<Uint8Array> {
  const cms = await signCms(digest, signer, algorithm);
  requireGoodCms(cms, digest);
  return cms;
}

/** All that comes before the key: whether it may be signed, and the digest of what is. Throws SigningError. */
export function checkIncrement(request: IncrementToCheck): Uint8Array {
  const { approved, revision, increment } = request;
  const [own] = readChain(request.chain);
  if (
    revision.length < approved.length ||
    sha256(revision.subarray(0, approved.length)).toString('hex') !== approved.sha256
  )
    throw new SigningError('signing-not-the-approved-revision', 'hash of the approved revision');
  const bytes = Buffer.concat([revision, increment]);
  const revisions = checked(() => signatureRevisions(new PdfDocument(bytes), approved.length));
  const last = revisions.at(-1);
  if (!last || last.place.range.end !== bytes.length || !isPlaceholder(last.place))
    throw new SigningError('signing-placeholder-missing', 'the increment has no empty signature');
  if (revisions.length > 1 && revisions.at(-2)!.place.range.end !== revision.length)
    throw new SigningError('signing-revision-not-allowed', 'the increment has more than one revision');
  for (const { place } of revisions.slice(0, -1)) requireFinished(bytes, place);
  if (last.field.name !== request.field) throw new SigningError('signing-field-missing', request.field);
  if (request.lines && !shows(new PdfDocument(revision), last.field, request.lines, new PdfDocument(bytes)))
    throw new SigningError('signing-revision-not-allowed', 'the visible signature says something else');
  const { range, contents } = last.place;
  if (contents.bytes.length !== RESERVED) throw new SigningError('signing-room-too-small', 'reserved bytes');
  const claimed = parsePdfTime(Buffer.from(stringEntry(last.field.value!, 'M') ?? []).toString('latin1'));
  if (!claimed || claimed < own.notBefore || claimed > own.notAfter)
    throw new SigningError('signing-revision-not-allowed', 'the claimed time is not within the certificate');
  if (request.now && Math.abs(request.now.getTime() - claimed.getTime()) > MAX_CLOCK_DIFFERENCE)
    throw new SigningError('signing-revision-not-allowed', 'the claimed time is far from now');
  return digestOf(bytes, range);
}

/** Nobody signs after a signature that does not hold. Whom it belongs to is for `verifyPdf` and its trust to say. */
function requireFinished(bytes: Uint8Array, place: SignaturePlace): void {
  const cms = cmsIn(bytes, place.contents);
  const { problems } = cms ? verifyCms(cms, digestOf(bytes, place.range)) : { problems: ['contents-malformed'] };
  if (problems.length > 0) throw new SigningError('signing-revision-not-allowed', `earlier signature: ${problems}`);
}

/** Whether a field's appearance is exactly what these lines look like. */
function shows(before: PdfDocument, field: FormField, lines: readonly string[], after: PdfDocument): boolean {
  const normal = after.dictOf(field.dict.entries.get('AP'))?.entries.get('N');
  const font = findFont(before);
  const rect = rectOf(before, field.dict.entries.get('Rect'));
  return (
    font !== undefined && rect !== undefined && sameObject(after.resolve(normal), textAppearance(rect, lines, font))
  );
}

/** A token may return anything: what leaves this module was verified first. */
function requireGoodCms(cms: Uint8Array, digest: Uint8Array): void {
  const { problems } = verifyCms(cms, digest);
  if (problems.length > 0) throw new SigningError('signing-cms-does-not-match', problems.join(', '));
  if (cms.length > RESERVED) throw new SigningError('signing-room-too-small', `${cms.length} bytes of CMS`);
}

/**
 * Puts the signer's CMS into the placeholder at the end of the document, after verifying that it signs this very
 * document. Returns a copy. Throws SigningError, PdfError.
 */
export function embedCms(pdf: Uint8Array, cms: Uint8Array): Uint8Array {
  const document = new PdfDocument(pdf);
  const place = signatureFields(document)
    .map((field) => signaturePlace(document, field))
    .find((candidate) => candidate?.range.end === pdf.length);
  if (!place || !isPlaceholder(place)) throw new SigningError('signing-placeholder-missing', 'no empty signature');
  requireGoodCms(cms, digestOf(pdf, place.range));
  if (cms.length > place.contents.bytes.length) throw new SigningError('signing-room-too-small', 'reserved bytes');
  const signed = Buffer.from(pdf);
  signed.write(Buffer.from(cms).toString('hex'), place.range.gapStart + 1, 'latin1');
  return signed;
}
