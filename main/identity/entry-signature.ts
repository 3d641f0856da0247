import {
  constants,
  createHash,
  createPublicKey,
  hash,
  verify,
  type KeyObject,
  type VerifyKeyObjectInput,
} from 'node:crypto';
import { TextDecoder } from 'node:util';
import canonicalize from 'canonicalize';
import {
  entryHeaderSchema,
  entryPayloadSchema,
  MAX_ENTRY_CHARACTERS,
  payloadBytes,
  type Entry,
  type EntryHeader,
  type EntryPayload,
  type EntryRefusal,
} from '../../common/acts/entry.ts';
import type { Signer } from '../../common/acts/signer.ts';
import { asSha256, type MemberId, type Sha256 } from '../../common/domain/ids.ts';
import { fail, succeed, type Result } from './result.ts';

/** An entry in the right form; nothing is known yet about who signed it. */
export interface ReadEntry extends Entry {
  readonly header: EntryHeader;
}

/** What of a certificate counts for an entry; chain, validity and revocation are checked by who makes this. */
export interface SigningCertificate {
  /** SHA-256 of the DER. */
  readonly fingerprint: Sha256;
  readonly member: MemberId;
  readonly publicKey: KeyObject;
  /** Of the key's modulus; undefined for a key that is not plain RSA. */
  readonly bits: number | undefined;
  /** Its key with how it is used; of a plain RSA key. */
  readonly verifying: VerifyKeyObjectInput | undefined;
}

/** Made once for many entries: looking into a key costs as much as a tenth of a verification. */
export function signingCertificate(of: Omit<SigningCertificate, 'bits' | 'verifying'>): SigningCertificate {
  const bits = modulusBits(of.publicKey);
  return { ...of, bits, verifying: bits === undefined ? undefined : keyForPss(of.publicKey) };
}

/**
 * A copy of the key that is its own options: Node reads them from whatever it is given. To find out that `{ key, padding }`
 * is no key costs Node 24 two exceptions within, a fifth of the time of a verification.
 */
function keyForPss(publicKey: KeyObject): VerifyKeyObjectInput {
  const key = createPublicKey({ key: publicKey.export({ format: 'der', type: 'spki' }), format: 'der', type: 'spki' });
  return Object.assign(key, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_BYTES });
}

/** The deepest nesting of a payload, its own object included: bounds what readers may have to walk through. */
const MAX_DEPTH = 16;
/** The most values in a payload, objects and arrays included: the largest act, a roster of 1000, has 7000. */
const MAX_VALUES = 20_000;
const MIN_MODULUS_BITS = 2048;
/** Keeps one verification short: larger keys are nobody's and would be a way to keep others busy. */
const MAX_MODULUS_BITS = 8192;
/** RFC 7518, 3.5: as long as the hash. */
const SALT_BYTES = 32;

/**
 * Signs a payload as an entry: JWS compact (RFC 7515), PS256, `x5t#S256`, over JCS bytes (RFC 8785). PSS is randomised:
 * signing the same payload twice gives two entries, which together are a fork. Throws on a payload out of form.
 */
export async function signEntry(signer: Signer, payload: EntryPayload): Promise<Entry> {
  entryPayloadSchema.parse(payload);
  const own = signer.chain[0];
  if (!own) throw new Error('signer without a certificate');
  if (!isBounded(payload)) throw new Error('payload is nested too deep or has too many values');
  const fingerprint = createHash('sha256').update(own).digest();
  const header: EntryHeader = { alg: 'PS256', typ: 'phien-entry', 'x5t#S256': fingerprint.toString('base64url') };
  const signed = `${base64Url(jcsBytes(header))}.${base64Url(payloadBytes(payload))}`;
  const signature = await signer.sign(Buffer.from(signed, 'ascii'), 'RSASSA-PSS');
  const jws = `${signed}.${base64Url(signature)}`;
  if (jws.length > MAX_ENTRY_CHARACTERS) throw new Error('entry is too large');
  return { hash: hashOf(jws), jws, certificate: asSha256(fingerprint.toString('hex')), payload };
}

/**
 * Reads an untrusted entry strictly: one text has one reading and one payload has one text, on every laptop. `payload`
 * is exactly what was signed; its body is checked against its kind elsewhere.
 */
export function readEntry(jws: string): Result<ReadEntry, 'malformed' | 'too-large'> {
  if (jws.length > MAX_ENTRY_CHARACTERS) return fail('too-large');
  const parts = jws.split('.', 4);
  const [first, second, third] = parts;
  if (parts.length !== 3 || !first || !second || !third) return fail('malformed');
  const read = headers.get(first) ?? readHeader(first);
  if (!read || bytesOf(third) === undefined) return fail('malformed');
  const payload = canonicalJson(second);
  if (!isPayload(payload)) return fail('malformed');
  return succeed({ jws, payload, hash: hashOf(jws), ...read });
}

interface ReadHeader {
  readonly header: EntryHeader;
  readonly certificate: Sha256;
}

/** Everything that somebody signs has the same header: read once for each certificate, by its text. */
const headers = new Map<string, ReadHeader>();
/** More than an organisation has people. */
const MAX_HEADERS = 2000;

function readHeader(part: string): ReadHeader | undefined {
  const header = entryHeaderSchema.safeParse(canonicalJson(part));
  const fingerprint = header.success ? bytesOf(header.data['x5t#S256']) : undefined;
  if (!header.success || fingerprint?.length !== 32) return undefined;
  if (headers.size >= MAX_HEADERS) headers.clear();
  const read = { header: header.data, certificate: asSha256(fingerprint.toString('hex')) };
  // The part alone, not the entry that it was cut from.
  headers.set(Buffer.from(part, 'latin1').toString('latin1'), read);
  return read;
}

/**
 * Checks who signed an entry that `readEntry` gave: that `certificate` is the one named, of the author, with a fit key,
 * and that its key signed.
 */
export function verifyEntry(
  entry: Entry,
  certificate: SigningCertificate,
): Result<
  Entry,
  Extract<EntryRefusal, 'unknown-certificate' | 'certificate-refused' | 'wrong-author' | 'bad-signature'>
> {
  if (certificate.fingerprint !== entry.certificate) return fail('unknown-certificate');
  if (certificate.member !== entry.payload.author) return fail('wrong-author');
  const { bits, verifying } = certificate;
  if (bits === undefined || !verifying || bits < MIN_MODULUS_BITS || bits > MAX_MODULUS_BITS)
    return fail('certificate-refused');
  const end = entry.jws.lastIndexOf('.');
  const signature = bytesOf(entry.jws.slice(end + 1));
  if (signature?.length !== Math.ceil(bits / 8)) return fail('bad-signature');
  const signed = Buffer.from(entry.jws.slice(0, end), 'ascii');
  if (!verify('sha256', signed, verifying, signature)) return fail('bad-signature');
  const { hash, jws, payload } = entry;
  return succeed({ hash, jws, certificate: entry.certificate, payload });
}

/** Only of plain RSA public keys: an `rsa-pss` key brings parameters of its own. */
function modulusBits(key: KeyObject): number | undefined {
  if (key.type !== 'public' || key.asymmetricKeyType !== 'rsa') return undefined;
  return key.asymmetricKeyDetails?.modulusLength;
}

/** base64url without padding, spare bits zero (RFC 7515, 2); undefined otherwise. */
function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** `ignoreBOM` keeps a byte order mark in the text, where it is no JSON. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value of a part whose bytes are the JCS bytes of that value; undefined for anything else. */
function canonicalJson(part: string): unknown {
  const bytes = bytesOf(part);
  if (!bytes) return undefined;
  try {
    const text = strictUtf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (!isBounded(value)) return undefined;
    // Also catches keys given twice, other number forms, other key orders, spaces and lone surrogates.
    return canonicalize(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPayload(value: unknown): value is EntryPayload {
  return entryPayloadSchema.safeParse(value).success;
}

function jcsBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalize(value));
}

/** Counts without recursing deeper or further than the bounds. */
function isBounded(value: unknown): boolean {
  let left = MAX_VALUES;
  const fits = (inner: unknown, depth: number): boolean => {
    if (--left < 0) return false;
    if (typeof inner !== 'object' || inner === null) return true;
    if (depth >= MAX_DEPTH) return false;
    // Not Object.values: that would copy them all first.
    for (const key in inner) if (!fits((inner as Record<string, unknown>)[key], depth + 1)) return false;
    return true;
  };
  return fits(value, 0);
}

const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const hashOf = (jws: string): Sha256 => asSha256(hash('sha256', jws, 'hex'));
