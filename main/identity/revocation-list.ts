import { verify } from 'node:crypto';
import { readCertificate } from './certificate-reading.ts';
import {
  content,
  bitBytes,
  dateOf,
  decode,
  encode,
  integerHex,
  isKind,
  isTag,
  numberOf,
  oidText,
  parts,
  tagged,
  type Node,
} from './der.ts';
import { oids } from './oids.ts';
import { fail, succeed, type Result } from './result.ts';

export interface RevocationList {
  /** Fingerprint-independent: the raw DER Name of who issued it. */
  issuer: Buffer;
  number: number;
  thisUpdate: Date;
  /** When a newer one was promised. Laptops may be offline for long, so a late list still counts; the interface says so. */
  nextUpdate: Date;
  /** When each was revoked, by serial number (hex). */
  revoked: ReadonlyMap<string, Date>;
}

/** A thousand members' worth of revocations many times over. */
const LIST_LIMIT = 512 * 1024;
const digests: Record<string, string> = {
  [oids.sha256WithRsa]: 'sha256',
  [oids.sha384WithRsa]: 'sha384',
  [oids.sha512WithRsa]: 'sha512',
};

/** Reads a revocation list and checks that this root signed it. Complete lists only: no deltas, no indirect ones. */
export function readRevocationList(
  der: Uint8Array,
  root: Uint8Array,
): Result<RevocationList, 'malformed' | 'not-of-this-organisation'> {
  try {
    if (der.length > LIST_LIMIT) return fail('malformed');
    const [list, algorithm, signature, extra] = parts(decode(der), 'sequence');
    if (list === undefined || extra !== undefined) return fail('malformed');
    const authority = readCertificate(root);
    const digest = digests[oidText(parts(algorithm, 'sequence')[0])];
    const mayIssue = authority.certificateAuthority && authority.keyUsage?.has(6) === true;
    const [version, inner, issuer, thisUpdate, nextUpdate, ...rest] = parts(list, 'sequence');
    if (inner === undefined || algorithm === undefined || issuer === undefined) return fail('malformed');
    if (digest === undefined || numberOf(version) !== 1) return fail('malformed');
    if (!encode(inner).equals(encode(algorithm))) return fail('malformed');
    if (!mayIssue || !encode(issuer).equals(authority.subject)) return fail('not-of-this-organisation');
    if (!verify(digest, encode(list), authority.publicKey, bitBytes(signature)))
      return fail('not-of-this-organisation');
    const entries = rest.find((node) => isKind(node, 'sequence'));
    return succeed({
      issuer: authority.subject,
      number: readExtensions(rest.find((node) => isTag(node, 0))),
      thisUpdate: dateOf(thisUpdate),
      nextUpdate: dateOf(nextUpdate),
      revoked: new Map(entries === undefined ? [] : parts(entries, 'sequence').map(readEntry)),
    });
  } catch {
    return fail('malformed');
  }
}

function readEntry(entry: Node): [string, Date] {
  const [serial, at, extensions] = parts(entry, 'sequence');
  if (extensions !== undefined) refuseCritical(parts(extensions, 'sequence'));
  return [integerHex(serial), dateOf(at)];
}

/** Returns the list's number. A critical extension would change what the list means (RFC 5280, 5.2). */
function readExtensions(node: Node | undefined): number {
  const extensions = parts(tagged(node, 0)[0], 'sequence');
  refuseCritical(extensions);
  const number = extensions.find((item) => oidText(parts(item, 'sequence')[0]) === oids.crlNumber);
  return numberOf(decode(content(parts(number, 'sequence').at(-1), 'octets')));
}

function refuseCritical(extensions: Node[]): void {
  if (extensions.some((item) => isKind(parts(item, 'sequence')[1], 'boolean'))) throw new Error('critical extension');
}
