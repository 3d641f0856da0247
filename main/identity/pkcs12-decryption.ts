import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { content, fromBinary, isKind, numberOf, oidText, parts, toBinary, type Node } from './der.ts';
import { oids } from './oids.ts';
import { derivePkcs12Key, purposes } from './pkcs12-key-derivation.ts';

/** The file asks for something we do not know, or for more work than we are willing to do. */
export class UnsupportedProtection extends Error {}

/** A file may ask for any number of rounds; beyond these it would hold the laptop for minutes. */
const PBKDF2_LIMIT = 10_000_000;
const PKCS12_LIMIT = 2_000_000;

const derive = promisify(pbkdf2);

const hashes: Record<string, 'sha1' | 'sha256' | 'sha384' | 'sha512'> = {
  [oids.sha1]: 'sha1',
  [oids.sha256]: 'sha256',
  [oids.sha384]: 'sha384',
  [oids.sha512]: 'sha512',
  [oids.hmacWithSha1]: 'sha1',
  [oids.hmacWithSha256]: 'sha256',
  [oids.hmacWithSha384]: 'sha384',
  [oids.hmacWithSha512]: 'sha512',
};
const hashLengths = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

const ciphers: Record<string, { name: string; keyLength: number }> = {
  [oids.aes128Cbc]: { name: 'aes-128-cbc', keyLength: 16 },
  [oids.aes192Cbc]: { name: 'aes-192-cbc', keyLength: 24 },
  [oids.aes256Cbc]: { name: 'aes-256-cbc', keyLength: 32 },
  [oids.tripleDesCbc]: { name: 'des-ede3-cbc', keyLength: 24 },
};

function known<Value>(table: Record<string, Value>, algorithm: Node | undefined): Value {
  const found = table[oidText(algorithm)];
  if (found === undefined) throw new UnsupportedProtection();
  return found;
}

function rounds(node: Node | undefined, limit: number): number {
  const value = numberOf(node);
  if (value < 1 || value > limit) throw new UnsupportedProtection();
  return value;
}

/** PBKDF2-params (RFC 8018, A.2) to a key. */
async function pbkdf2Key(node: Node | undefined, password: string, length: number): Promise<Buffer> {
  const [algorithm, parameters] = parts(node, 'sequence');
  if (oidText(algorithm) !== oids.pbkdf2) throw new UnsupportedProtection();
  const [salt, iterations, ...rest] = parts(parameters, 'sequence');
  const prf = rest.find((part) => isKind(part, 'sequence'));
  const hash = prf === undefined ? 'sha1' : known(hashes, parts(prf, 'sequence')[0]);
  const count = rounds(iterations, PBKDF2_LIMIT);
  return derive(Buffer.from(password, 'utf8'), content(salt, 'octets'), count, length, hash);
}

/** Decrypts by the scheme an AlgorithmIdentifier names. A wrong password throws, most of the time. */
export async function decrypt(algorithm: Node | undefined, encrypted: Buffer, password: string): Promise<Buffer> {
  const [scheme, parameters] = parts(algorithm, 'sequence');
  const name = oidText(scheme);
  if (name === oids.pbes2) {
    const [derivation, encryption] = parts(parameters, 'sequence');
    const [cipherName, iv] = parts(encryption, 'sequence');
    const cipher = known(ciphers, cipherName);
    const key = await pbkdf2Key(derivation, password, cipher.keyLength);
    return decipher(cipher.name, key, content(iv, 'octets'), encrypted);
  }
  if (name !== oids.pbeSha1TripleDes && name !== oids.pbeSha1Rc2Of40Bits) throw new UnsupportedProtection();
  const [salt, count] = parts(parameters, 'sequence');
  const derivation = {
    password,
    salt: content(salt, 'octets'),
    iterations: rounds(count, PKCS12_LIMIT),
    hash: 'sha1' as const,
  };
  const iv = await derivePkcs12Key({ ...derivation, purpose: purposes.initialVector, length: 8 });
  const length = name === oids.pbeSha1TripleDes ? 24 : 5;
  const key = await derivePkcs12Key({ ...derivation, purpose: purposes.encryption, length });
  return name === oids.pbeSha1TripleDes ? decipher('des-ede3-cbc', key, iv, encrypted) : rc2(key, iv, encrypted);
}

function decipher(name: string, key: Buffer, iv: Buffer, encrypted: Buffer): Buffer {
  const cipher = createDecipheriv(name, key, iv);
  return Buffer.concat([cipher.update(encrypted), cipher.final()]);
}

/** Certificates in old files; the system's OpenSSL no longer offers it. */
function rc2(key: Buffer, iv: Buffer, encrypted: Buffer): Buffer {
  const cipher = forge.rc2.createDecryptionCipher(toBinary(key), 40);
  cipher.start(toBinary(iv));
  cipher.update(forge.util.createBuffer(toBinary(encrypted)));
  if (!cipher.finish()) throw new Error('bad padding');
  return fromBinary(cipher.output.getBytes());
}

/** Does the file's MacData (RFC 7292, or PBMAC1 of RFC 9579) fit content and password? */
export async function macFits(macData: Node, authenticated: Buffer, password: string): Promise<boolean> {
  const [digestInfo, salt, iterations] = parts(macData, 'sequence');
  const [algorithm, digest] = parts(digestInfo, 'sequence');
  const [name, parameters] = parts(algorithm, 'sequence');
  const { hash, key } =
    oidText(name) === oids.pbmac1
      ? await pbmac1Key(parameters, password)
      : await classicKey(known(hashes, name), salt, iterations, password);
  const expected = createHmac(hash, key).update(authenticated).digest();
  const given = content(digest, 'octets');
  return expected.length === given.length && timingSafeEqual(expected, given);
}

async function pbmac1Key(parameters: Node | undefined, password: string): Promise<{ hash: string; key: Buffer }> {
  const [derivation, scheme] = parts(parameters, 'sequence');
  const hash = known(hashes, parts(scheme, 'sequence')[0]);
  const [, kdf] = parts(derivation, 'sequence');
  // RFC 9579: keyLength must be there.
  const length = parts(kdf, 'sequence').filter((part) => isKind(part, 'integer'))[1];
  return { hash, key: await pbkdf2Key(derivation, password, rounds(length, 64)) };
}

async function classicKey(
  hash: 'sha1' | 'sha256' | 'sha384' | 'sha512',
  salt: Node | undefined,
  iterations: Node | undefined,
  password: string,
): Promise<{ hash: string; key: Buffer }> {
  const key = await derivePkcs12Key({
    password,
    salt: content(salt, 'octets'),
    purpose: purposes.mac,
    iterations: iterations === undefined ? 1 : rounds(iterations, PKCS12_LIMIT),
    length: hashLengths[hash],
    hash,
  });
  return { hash, key };
}
