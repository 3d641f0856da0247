import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';

/** What RFC 7292, B.3 derives a key for. */
export const purposes = { encryption: 1, initialVector: 2, mac: 3 } as const;

/** PKCS#12 writes passwords as UTF-16, big endian, with a closing zero (RFC 7292, B.1). */
const bmpPassword = (password: string): Buffer => Buffer.from(`${password}\0`, 'utf16le').swap16();

const fill = (source: Buffer, block: number): Buffer =>
  source.length === 0 ? source : Buffer.alloc(Math.ceil(source.length / block) * block, source);

/** RFC 7292, B.2. Node has no native form of it, so it yields to the event loop every few milliseconds. */
export async function derivePkcs12Key(options: {
  password: string;
  salt: Uint8Array;
  purpose: (typeof purposes)[keyof typeof purposes];
  iterations: number;
  length: number;
  hash: 'sha1' | 'sha256' | 'sha384' | 'sha512';
}): Promise<Buffer> {
  const block = options.hash === 'sha1' || options.hash === 'sha256' ? 64 : 128;
  const diversifier = Buffer.alloc(block, options.purpose);
  const input = Buffer.concat([fill(Buffer.from(options.salt), block), fill(bmpPassword(options.password), block)]);
  const pieces: Buffer[] = [];
  for (let have = 0; have < options.length;) {
    let digest = createHash(options.hash).update(diversifier).update(input).digest();
    for (let round = 1; round < options.iterations; round++) {
      digest = createHash(options.hash).update(digest).digest();
      if (round % 4096 === 0) await breathe();
    }
    pieces.push(digest);
    have += digest.length;
    addToBlocks(input, fill(digest, block).subarray(0, block));
  }
  return Buffer.concat(pieces).subarray(0, options.length);
}

/** Every block of `input` becomes (block + addend + 1) modulo its size, as big-endian numbers. */
function addToBlocks(input: Buffer, addend: Buffer): void {
  for (let start = 0; start < input.length; start += addend.length) {
    let carry = 1;
    for (let index = addend.length - 1; index >= 0; index--) {
      const sum = (input[start + index] ?? 0) + (addend[index] ?? 0) + carry;
      input[start + index] = sum & 255;
      carry = sum >> 8;
    }
  }
}
