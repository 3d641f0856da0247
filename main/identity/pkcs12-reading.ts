import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { content, decodeLoose, encode, numberOf, oidText, parts, tagged, type Node } from './der.ts';
import { oids } from './oids.ts';
import { decrypt, macFits, UnsupportedProtection } from './pkcs12-decryption.ts';
import { fail, succeed, type Result } from './result.ts';
import { isStrongKey } from './rsa-key.ts';

export type Pkcs12Failure =
  | 'wrong-password'
  | 'damaged'
  /** Protected in a way we do not read, or not protected against changes at all. */
  | 'unsupported'
  | 'no-key'
  | 'several-keys'
  /** Not RSA, or shorter than 2048 bits. */
  | 'unsupported-key'
  | 'no-certificate';

const FILE_LIMIT = 256 * 1024;
const BAG_LIMIT = 32;

export interface KeyAndChain {
  privateKey: KeyObject;
  /** DER: the key's own certificate first, each next one the issuer of the one before. */
  chain: Buffer[];
}

/** Reads a PKCS#12 file of any origin (RFC 7292, BER allowed) that holds exactly one private key. */
export async function readPkcs12(bytes: Uint8Array, password: string): Promise<Result<KeyAndChain, Pkcs12Failure>> {
  if (bytes.length > FILE_LIMIT) return fail('damaged');
  try {
    const [version, authSafe, macData] = parts(decodeLoose(bytes), 'sequence');
    if (numberOf(version) !== 3) return fail('damaged');
    const safe = plainData(authSafe);
    if (macData === undefined || safe === null) return fail('unsupported');
    const right = await fittingPassword(macData, safe, password);
    if (right === null) return fail('wrong-password');
    return assemble(await readBags(safe, right));
  } catch (cause) {
    return fail(cause instanceof UnsupportedProtection ? 'unsupported' : 'damaged');
  }
}

/** The same password typed on another system may be composed differently. */
async function fittingPassword(macData: Node, safe: Buffer, password: string): Promise<string | null> {
  for (const form of new Set([password, password.normalize('NFC'), password.normalize('NFD')])) {
    if (await macFits(macData, safe, form)) return form;
  }
  return null;
}

function plainData(contentInfo: Node | undefined): Buffer | null {
  const [type, value] = parts(contentInfo, 'sequence');
  return oidText(type) === oids.pkcs7Data ? content(tagged(value, 0)[0], 'octets') : null;
}

interface Bags {
  keys: Buffer[];
  certificates: Buffer[];
}

async function readBags(safe: Buffer, password: string): Promise<Bags> {
  const bags: Bags = { keys: [], certificates: [] };
  for (const contentInfo of parts(decodeLoose(safe), 'sequence').slice(0, BAG_LIMIT)) {
    const contents = plainData(contentInfo) ?? (await encryptedData(contentInfo, password));
    for (const bag of parts(decodeLoose(contents), 'sequence').slice(0, BAG_LIMIT)) await readBag(bag, password, bags);
  }
  return bags;
}

async function encryptedData(contentInfo: Node, password: string): Promise<Buffer> {
  const [type, value] = parts(contentInfo, 'sequence');
  if (oidText(type) !== oids.pkcs7EncryptedData) throw new UnsupportedProtection();
  const [, info] = parts(tagged(value, 0)[0], 'sequence');
  const [, algorithm, encrypted] = parts(info, 'sequence');
  return decrypt(algorithm, implicitOctets(encrypted), password);
}

/** [0] IMPLICIT OCTET STRING, in one piece or, in BER, several. */
function implicitOctets(node: Node | undefined): Buffer {
  if (node !== undefined && Array.isArray(node.value)) {
    return Buffer.concat(node.value.map((piece) => content(piece, 'octets')));
  }
  return content(node);
}

async function readBag(bag: Node, password: string, into: Bags): Promise<void> {
  const [type, value] = parts(bag, 'sequence');
  const inner = tagged(value, 0)[0];
  switch (oidText(type)) {
    case oids.keyBag:
      if (inner !== undefined) into.keys.push(encode(inner));
      return;
    case oids.shroudedKeyBag: {
      const [algorithm, encrypted] = parts(inner, 'sequence');
      into.keys.push(await decrypt(algorithm, content(encrypted, 'octets'), password));
      return;
    }
    case oids.certificateBag: {
      const [kind, der] = parts(inner, 'sequence');
      if (oidText(kind) === oids.x509Certificate) into.certificates.push(content(tagged(der, 0)[0], 'octets'));
      return;
    }
    default: // Revocation lists and secrets are no business of ours.
  }
}

function assemble({ keys, certificates }: Bags): Result<KeyAndChain, Pkcs12Failure> {
  const [pkcs8, second] = keys;
  if (pkcs8 === undefined) return fail('no-key');
  if (second !== undefined) return fail('several-keys');
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  if (!isStrongKey(publicKey)) return fail('unsupported-key');
  const left = certificates.map((der) => new X509Certificate(der));
  const own = left.find((certificate) => certificate.publicKey.equals(publicKey));
  return own === undefined ? fail('no-certificate') : succeed({ privateKey, chain: orderedChain(own, left) });
}

function orderedChain(own: X509Certificate, all: readonly X509Certificate[]): Buffer[] {
  const chain = [own];
  for (let last = own; ;) {
    const issuer = all.find(
      (other) => !chain.includes(other) && last.checkIssued(other) && last.verify(other.publicKey),
    );
    if (issuer === undefined) return chain.map((certificate) => certificate.raw);
    chain.push(issuer);
    last = issuer;
  }
}

/** A certificate and key from elsewhere (an outside authority's file), for `createSigner`. */
export const importPkcs12 = readPkcs12;
