import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Closes messages to whoever runs the bus: unreadable, and not to be made or altered without the relays' key. */
export interface BusSeal {
  seal(topic: string, message: Uint8Array): Uint8Array;
  /** null: not sealed by a relay of this identity for this topic. */
  open(topic: string, sealed: Uint8Array): Uint8Array | null;
}

const VERSION = 1;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + SALT_BYTES + NONCE_BYTES;
/** Keys of other relays, one for each of their starts. */
const KNOWN_KEYS = 64;

/**
 * Relays of a cluster have one identity, so its private key (`secret`, PEM) is what they know and the bus doesn't. Each
 * start has a key of its own, derived with a random salt, so that nonces can simply be counted.
 */
export function createBusSeal(secret: string): BusSeal {
  const keyFor = (salt: Uint8Array): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, salt, `phien relay bus ${VERSION}`, 32));
  const ownSalt = randomBytes(SALT_BYTES);
  const ownKey = keyFor(ownSalt);
  const keys = new Map<string, Buffer>();
  let counter = 0n;

  function knownKey(salt: Buffer): Buffer {
    const name = salt.toString('hex');
    const known = keys.get(name) ?? keyFor(salt);
    keys.delete(name);
    keys.set(name, known);
    const [oldest] = keys.keys();
    if (keys.size > KNOWN_KEYS && oldest !== undefined) keys.delete(oldest);
    return known;
  }

  return {
    seal(topic, message) {
      const nonce = Buffer.alloc(NONCE_BYTES);
      nonce.writeBigUInt64BE(++counter, NONCE_BYTES - 8);
      const cipher = createCipheriv('aes-256-gcm', ownKey, nonce);
      cipher.setAAD(Buffer.from(topic));
      const head = [Buffer.of(VERSION), ownSalt, nonce];
      return Buffer.concat([...head, cipher.update(message), cipher.final(), cipher.getAuthTag()]);
    },
    open(topic, sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const tagAt = bytes.byteLength - TAG_BYTES;
      if (tagAt < HEAD_BYTES || bytes[0] !== VERSION) return null;
      try {
        const key = knownKey(bytes.subarray(1, 1 + SALT_BYTES));
        const nonce = bytes.subarray(1 + SALT_BYTES, HEAD_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(topic));
        decipher.setAuthTag(bytes.subarray(tagAt));
        return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES, tagAt)), decipher.final()]);
      } catch {
        return null;
      }
    },
  };
}
