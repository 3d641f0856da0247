import type { MemberId } from '../../common/domain/ids.ts';
import type {
  ChangeAfterSigning,
  ProblemCode,
  SignerVerdict,
  UncheckedCode,
  Verdict,
} from '../../common/domain/verdict.ts';
import { outcomeOf, verdictOf } from '../../common/domain/verdict.ts';
import { parsePdfTime } from './appearance.ts';
import type { Certificate } from './certificate.ts';
import { readCertificate } from './certificate.ts';
import { judgeChain } from './chain.ts';
import { describeChanges } from './changes.ts';
import { sha256 } from './cms.ts';
import { verifyCms } from './cms-verify.ts';
import type { FormField } from './fields.ts';
import { signatureFields } from './fields.ts';
import { PdfDocument } from './pdf/document.ts';
import { PdfError } from './pdf/errors.ts';
import { isDict, isName } from './pdf/objects.ts';
import type { SignaturePlace } from './signature-dictionary.ts';
import { cmsIn, permissionsOf, signaturePlace } from './signature-dictionary.ts';
import { RevisionError, readSignatureRevision, stringEntry } from './signature-revision.ts';

export interface ExpectedSigner {
  readonly field: string;
  /** At least one of the two should be given; both are compared where given. */
  readonly memberId?: MemberId;
  readonly name?: string;
}

export interface VerifyOptions {
  /** Trusted roots, DER. None: who signed can't be told. */
  readonly trust: readonly Uint8Array[];
  /** Who must have signed; without them a file cut after the first signature looks like a document of one signer. */
  readonly expected?: readonly ExpectedSigner[];
  /** When the certificates must be valid. Default: now. */
  readonly at?: Date;
  /**
   * A signature that claims a later time is judged at that time, however far a signer's clock is ahead. Default: whether it
   * is right can't be told.
   */
  readonly acceptsClocksAhead?: boolean;
  /**
   * When a certificate (DER) was revoked, by whatever list the caller has; undefined where it was not. Default: nobody
   * asks, and the verdict says so.
   */
  readonly revokedAt?: (certificate: Uint8Array) => Date | undefined;
}

/** Each signature costs a hash over the whole file. */
const MAX_FIELDS = 200;
/**
 * Each signature has the file read and hashed as it was when it was signed. Minutes have some hundred objects and two
 * signatures; beyond this, objects and bytes of all these readings, it takes seconds and gigabytes.
 */
const MAX_OBJECTS_READ = 2_000_000;
const MAX_BYTES_HASHED = 2 * 1024 ** 3;

/** Milliseconds that a signer's clock may be ahead. */
const CLOCK_TOLERANCE = 10 * 60_000;

/** What older kinds of signature need not have; for those the kind itself is the problem. */
const PROFILE_PROBLEMS: ReadonlySet<ProblemCode> = new Set([
  'cms-malformed',
  'attribute-missing',
  'attribute-unknown',
  'algorithm-unsupported',
]);

interface Signature {
  readonly field: FormField;
  readonly place: SignaturePlace | undefined;
  readonly problems: ProblemCode[];
  /** The document as it was when this was signed. */
  revision: PdfDocument | undefined;
  certificate: Certificate | undefined;
  others: readonly Certificate[];
  claimedTime: Date | undefined;
  isTrusted: boolean;
  hasTimestamp: boolean;
}

/** Whether there are marks of a signature anywhere: such a file was signed once, whatever became of it. */
const wasSigned = (pdf: Uint8Array): boolean => {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.length);
  return bytes.includes('/ByteRange') || bytes.includes('/Adobe.PPKLite') || bytes.includes('/ETSI.CAdES.detached');
};

function verdictOfUnreadable(pdf: Uint8Array, error: PdfError, expected: readonly ExpectedSigner[]): Verdict {
  if (error.code === 'pdf-encrypted') return verdictOf(['file-encrypted']);
  if (wasSigned(pdf) || expected.length > 0) return verdictOf(['file-damaged']);
  return verdictOf([error.code === 'pdf-not-a-pdf' ? 'file-not-a-pdf' : 'file-unreadable']);
}

/**
 * Verifies the signatures of a PDF as strictly as we can: structure, byte ranges, CMS, certificates up to the trusted
 * roots, and what every later revision did. Never throws for bad files; throws DerError for bad roots.
 */
export function verifyPdf(pdf: Uint8Array, options: VerifyOptions): Verdict {
  const roots = options.trust.map(readCertificate);
  const expected = options.expected ?? [];
  try {
    return verifyDocument(new PdfDocument(pdf), roots, options);
  } catch (cause) {
    if (cause instanceof PdfError) return verdictOfUnreadable(pdf, cause, expected);
    throw cause;
  }
}

function verifyDocument(document: PdfDocument, roots: readonly Certificate[], options: VerifyOptions): Verdict {
  const { expected = [], at = new Date() } = options;
  const fields = signatureFields(document);
  if (fields.length > MAX_FIELDS) throw new PdfError('pdf-too-large', 'signature fields');
  const signatures = fields
    .filter((field) => field.value !== undefined)
    .map((field) => readSignature(document, field))
    .toSorted((a, b) => (a.place?.range.end ?? 0) - (b.place?.range.end ?? 0));
  const objects = document.sections.reduce((sum, { entries }) => sum + entries.size, 0);
  if (signatures.length * objects > MAX_OBJECTS_READ || signatures.length * document.bytes.length > MAX_BYTES_HASHED)
    throw new PdfError('pdf-too-large', 'too many signatures for a file of this size');
  const problems = new Set<ProblemCode>();
  const changes: ChangeAfterSigning[] = [];
  for (const signature of signatures) {
    const { claimedTime } = signature;
    const isAhead = options.acceptsClocksAhead === true && claimedTime !== undefined && claimedTime > at;
    verifySignature(document, signature, roots, isAhead ? claimedTime : at);
    signature.problems.push(...revocationProblems(signature, options.revokedAt));
  }
  checkSteps(document, signatures, problems, changes);
  const unsignedFields = fields.filter((field) => field.value === undefined).map((field) => field.name);
  // That a signature was taken out is the whole answer: “has none” or “not signed yet” beside it would sound harmless.
  if (hasLostSignature(document, fields)) problems.add('signature-removed');
  else if (signatures.length === 0) problems.add('no-signatures');
  else if (unsignedFields.length > 0) problems.add('field-not-signed');
  checkExpected(signatures, expected, problems);
  const signers = signatures.map((signature) => signerVerdict(document, signature));
  return {
    outcome: outcomeOf([...problems, ...signers.flatMap((signer) => signer.problems)]),
    problems: [...problems],
    signers,
    changes,
    unsignedFields,
    unchecked: uncheckedOf(signatures, options),
  };
}

function readSignature(document: PdfDocument, field: FormField): Signature {
  const place = signaturePlace(document, field);
  const claimed = stringEntry(field.value!, 'M');
  return {
    field,
    place,
    problems: [],
    revision: undefined,
    certificate: undefined,
    others: [],
    claimedTime: claimed && parsePdfTime(Buffer.from(claimed).toString('latin1')),
    isTrusted: false,
    hasTimestamp: false,
  };
}

/** Byte range, CMS, certificates and time of one signature. */
function verifySignature(document: PdfDocument, signature: Signature, roots: readonly Certificate[], at: Date): void {
  const { field, place, problems } = signature;
  const value = field.value!.entries;
  if (!isName(value.get('Filter')) || !isName(value.get('SubFilter'), 'ETSI.CAdES.detached'))
    problems.push('signature-kind-unsupported');
  if (!place) {
    problems.push('byte-range-wrong');
    return;
  }
  const { range } = place;
  try {
    const revision = new PdfDocument(document.bytes.subarray(0, range.end));
    const own = revision.sections[0]!.entries.get(field.valueRef!.num);
    if (revision.end !== range.end || own === undefined) problems.push('byte-range-wrong');
    else signature.revision = revision;
  } catch (cause) {
    if (!(cause instanceof PdfError)) throw cause;
    problems.push('byte-range-wrong');
  }
  const cms = cmsIn(document.bytes, place.contents);
  if (!cms) {
    problems.push('contents-malformed');
    return;
  }
  const { bytes } = document;
  const digest = sha256(bytes.subarray(0, range.gapStart), bytes.subarray(range.gapEnd, range.end));
  const checked = verifyCms(cms, digest);
  const isOurKind = !problems.includes('signature-kind-unsupported');
  problems.push(...checked.problems.filter((problem) => isOurKind || !PROFILE_PROBLEMS.has(problem)));
  signature.hasTimestamp = checked.hasTimestamp;
  signature.certificate = checked.signer;
  signature.others = checked.others;
  if (!checked.signer) return;
  const chain = judgeChain(checked.signer, checked.others, roots, at);
  problems.push(...chain.problems);
  signature.isTrusted = chain.isTrusted;
  problems.push(...timeProblems(signature.claimedTime, checked.signer, at));
}

function timeProblems(claimed: Date | undefined, signer: Certificate, at: Date): ProblemCode[] {
  if (!claimed) return ['signing-time-missing'];
  if (claimed < signer.notBefore || claimed > signer.notAfter) return ['signing-time-outside-certificate'];
  return claimed.getTime() > at.getTime() + CLOCK_TOLERANCE ? ['signing-time-in-future'] : [];
}

/**
 * A certificate revoked before the claimed time could not sign any more. One revoked later may have signed before, but
 * nothing proves the claimed time, so it can't be told.
 */
function revocationProblems(
  { certificate, others, claimedTime }: Signature,
  revokedAt: VerifyOptions['revokedAt'],
): ProblemCode[] {
  if (!certificate || !revokedAt) return [];
  return [certificate, ...others].flatMap(({ der }) => {
    const revoked = revokedAt(der);
    if (!revoked) return [];
    return claimedTime && claimedTime < revoked ? ['certificate-revoked-later'] : ['certificate-revoked'];
  });
}

/**
 * Looks at what happened between one signature and the next, and after the last. Allowed is one more signature where
 * the earlier ones permit it; anything else makes the document invalid and is described.
 */
function checkSteps(
  document: PdfDocument,
  signatures: readonly Signature[],
  problems: Set<ProblemCode>,
  changes: ChangeAfterSigning[],
): void {
  checkCertification(document, signatures, problems);
  for (const [i, { revision, field }] of signatures.entries()) {
    const isLast = i === signatures.length - 1;
    if (!revision) continue;
    const next = isLast ? document : signatures[i + 1]!.revision;
    if (!next) continue;
    if (next.bytes.length === revision.bytes.length) {
      if (!isLast) problems.add('revisions-broken');
      continue;
    }
    const isChain = next.sections.some((section) => section.offset === revision.sections[0]!.offset);
    if (!isChain) problems.add('revisions-broken');
    const isSignature = !isLast && isSignatureRevision(revision, next);
    if (isSignature) {
      changes.push({ after: field.name, kind: 'signature-added', allowed: true });
      continue;
    }
    problems.add(isLast ? 'bytes-not-covered' : 'changed-after-signing').add('changed-after-signing');
    for (const change of describeChanges(revision, next))
      changes.push({ after: field.name, allowed: false, ...change });
  }
}

function isSignatureRevision(before: PdfDocument, after: PdfDocument): boolean {
  try {
    readSignatureRevision(before, after);
    return true;
  } catch (cause) {
    if (cause instanceof RevisionError || cause instanceof PdfError) return false;
    throw cause;
  }
}

/** DocMDP belongs to the first signature and to the catalog's `/Perms`, or to nobody (12.8.2.2). */
function checkCertification(document: PdfDocument, signatures: readonly Signature[], problems: Set<ProblemCode>): void {
  const perms = document.resolve(document.catalog.entries.get('Perms'));
  const certified = isDict(perms) ? perms.entries.get('DocMDP') : undefined;
  signatures.forEach(({ field }, i) => {
    const permissions = permissionsOf(document, field.value!);
    const certifies = permissions?.some((permission) => permission.method === 'DocMDP') ?? false;
    const isCertified = certified !== undefined && document.resolve(certified) === field.value;
    if (!permissions || certifies !== isCertified || (certifies && i > 0)) problems.add('permissions-inconsistent');
  });
  if (certified !== undefined && !signatures.some(({ field }) => document.resolve(certified) === field.value))
    problems.add('permissions-inconsistent');
}

/** Whether an earlier revision holds a signature that no field has any more, or one that was put in its place. */
function hasLostSignature(document: PdfDocument, fields: readonly FormField[]): boolean {
  const present = new Set<number>();
  for (const { valueRef } of fields) {
    const entry = valueRef && document.entry(valueRef.num);
    if (entry?.kind === 'offset') present.add(entry.offset);
  }
  const seen = new Set<number>();
  for (const section of document.sections) {
    for (const entry of section.entries.values()) {
      if (entry.kind !== 'offset' || seen.has(entry.offset) || present.has(entry.offset)) continue;
      seen.add(entry.offset);
      const { value } = document.readAt(entry.offset);
      if (isDict(value) && value.entries.has('ByteRange') && value.entries.has('Contents')) return true;
    }
  }
  return false;
}

function checkExpected(
  signatures: readonly Signature[],
  expected: readonly ExpectedSigner[],
  problems: Set<ProblemCode>,
): void {
  for (const { field, memberId, name } of expected) {
    const signature = signatures.find((candidate) => candidate.field.name === field);
    if (!signature) {
      problems.add('signature-missing');
      continue;
    }
    const { certificate } = signature;
    const isOther =
      (memberId !== undefined && certificate?.memberId !== memberId) ||
      (name !== undefined && certificate?.commonName !== name.normalize('NFC'));
    // Anyone can make a certificate with any name: only a trusted one says who somebody is.
    if (isOther || !signature.isTrusted) problems.add('not-the-expected-signer');
  }
}

function signerVerdict(document: PdfDocument, signature: Signature): SignerVerdict {
  const { certificate, claimedTime, field, place } = signature;
  const problems = [...new Set(signature.problems)];
  return {
    outcome: outcomeOf(problems),
    field: field.name,
    name: certificate?.commonName ?? '',
    organisation: certificate?.organisation ?? '',
    ...(certificate?.memberId ? { memberId: certificate.memberId } : {}),
    ...(certificate ? { certificate: certificate.fingerprint } : {}),
    ...(claimedTime ? { claimedTime: claimedTime.toISOString() } : {}),
    coversWholeDocument: place?.range.end === document.bytes.length,
    problems,
  };
}

function uncheckedOf(signatures: readonly Signature[], options: VerifyOptions): UncheckedCode[] {
  if (signatures.length === 0) return [];
  const unchecked: UncheckedCode[] = ['signing-time-not-proven'];
  if (!options.revokedAt) unchecked.push('revocation-not-checked');
  if (options.trust.length === 0) unchecked.push('trust-not-given');
  if (!options.expected?.length) unchecked.push('expected-signers-not-given');
  if (signatures.some((signature) => signature.hasTimestamp)) unchecked.push('timestamp-not-checked');
  return unchecked;
}
