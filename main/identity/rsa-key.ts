import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const MINIMUM_BITS = 2048;
/** Larger keys make every verification slow for everybody else. */
const MAXIMUM_BITS = 8192;

/** A new key, made in the thread pool (RSA 3072 takes a second or so). */
export async function generateRsaKey(bits = 3072): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: bits, publicExponent: 65537 });
  return privateKey;
}

/** Is it an RSA key of a size we accept, with a sane exponent? */
export function isStrongKey(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const strong = modulusLength >= MINIMUM_BITS && modulusLength <= MAXIMUM_BITS;
  return key.asymmetricKeyType === 'rsa' && strong && publicExponent >= 65537n && (publicExponent & 1n) === 1n;
}
