import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  randomBytes,
  scrypt,
  type KeyObject,
  type ScryptOptions,
} from 'node:crypto';
import { z } from 'zod';
import { fail, succeed, type Result } from './result.ts';
import { generateRsaKey } from './rsa-key.ts';

/**
 * A member's private key at rest: PKCS#8 under AES-256-GCM with a key that scrypt makes from the PIN. The vault is plain
 * text, so that a caller can wrap it once more with what the operating system offers.
 */
export const PIN_MINIMUM_LENGTH = 6;
const PIN_MAXIMUM_LENGTH = 128;

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 64 MiB and, in Electron on an office laptop, some 0.4 s for every guess (half of that in plain Node). */
const SCRYPT: Cost = { N: 2 ** 16, r: 8, p: 1 };

const base64 = (limit: number) =>
  z
    .string()
    .max(limit)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/);
const vaultSchema = z.object({
  format: z.literal('phien-key-vault'),
  version: z.literal(1),
  kdf: z.object({
    name: z.literal('scrypt'),
    // Bounded, so that a changed file cannot ask for all the memory there is.
    N: z
      .int()
      .min(2 ** 14)
      .max(2 ** 20)
      .refine((n) => Number.isInteger(Math.log2(n))),
    r: z.int().min(1).max(16),
    p: z.int().min(1).max(4),
    salt: base64(64),
  }),
  cipher: z.object({ name: z.literal('aes-256-gcm'), iv: base64(16), tag: base64(24), data: base64(16_000) }),
  /** SHA-256 of all the above. No protection: it only tells a damaged file from a wrong PIN. */
  check: z.string().regex(/^[0-9a-f]{64}$/),
});
type Vault = z.infer<typeof vaultSchema>;

export type PinFailure = 'pin-too-short' | 'pin-too-long' | 'pin-too-simple';

/** The rules for a new PIN; an existing one is whatever it is. `null` when it may be used. */
export function checkNewPin(pin: string): PinFailure | null {
  const characters = [...pin.normalize('NFC')];
  if (characters.length < PIN_MINIMUM_LENGTH) return 'pin-too-short';
  if (characters.length > PIN_MAXIMUM_LENGTH) return 'pin-too-long';
  const steps = new Set(characters.slice(1).map((character, index) => distance(characters[index] ?? '', character)));
  const [step] = steps;
  // 111111, 123456, fedcba
  return steps.size === 1 && step !== undefined && Math.abs(step) <= 1 ? 'pin-too-simple' : null;
}

const distance = (from: string, to: string): number => (to.codePointAt(0) ?? 0) - (from.codePointAt(0) ?? 0);

/** Makes a member's key (RSA 3072) and locks a copy of it in a vault. */
export async function createKeyVault(
  pin: string,
): Promise<Result<{ vault: string; privateKey: KeyObject }, PinFailure>> {
  const failure = checkNewPin(pin);
  if (failure !== null) return fail(failure);
  const privateKey = await generateRsaKey();
  return succeed({ vault: await lock(privateKey, pin), privateKey });
}

/** Locks a key that came from elsewhere (a PKCS#12 file). Less `cost` is for keys that protect nothing. */
export async function lockKey(privateKey: KeyObject, pin: string, cost = SCRYPT): Promise<Result<string, PinFailure>> {
  const failure = checkNewPin(pin);
  return failure === null ? succeed(await lock(privateKey, pin, cost)) : fail(failure);
}

export async function openKeyVault(vault: string, pin: string): Promise<Result<KeyObject, 'wrong-pin' | 'damaged'>> {
  const parsed = parseVault(vault);
  if (parsed === null) return fail('damaged');
  const { kdf, cipher } = parsed;
  const key = await stretch(pin, Buffer.from(kdf.salt, 'base64'), kdf);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(cipher.iv, 'base64'), { authTagLength: 16 });
    decipher.setAAD(boundParameters(parsed));
    decipher.setAuthTag(Buffer.from(cipher.tag, 'base64'));
    const pkcs8 = Buffer.concat([decipher.update(cipher.data, 'base64'), decipher.final()]);
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    pkcs8.fill(0);
    return succeed(privateKey);
  } catch {
    return fail('wrong-pin');
  }
}

/** The same key under another PIN; the old vault opens with the old PIN for as long as somebody keeps it. */
export async function changePin(
  vault: string,
  oldPin: string,
  newPin: string,
): Promise<Result<string, 'wrong-pin' | 'damaged' | PinFailure>> {
  const failure = checkNewPin(newPin);
  if (failure !== null) return fail(failure);
  const opened = await openKeyVault(vault, oldPin);
  return opened.ok ? succeed(await lock(opened.value, newPin)) : opened;
}

async function lock(privateKey: KeyObject, pin: string, cost = SCRYPT): Promise<string> {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const kdf = { name: 'scrypt' as const, ...cost, salt: salt.toString('base64') };
  const head = { format: 'phien-key-vault' as const, version: 1 as const, kdf };
  const cipher = createCipheriv('aes-256-gcm', await stretch(pin, salt, cost), iv);
  cipher.setAAD(boundParameters(head));
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const data = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  pkcs8.fill(0);
  const body = {
    ...head,
    cipher: {
      name: 'aes-256-gcm' as const,
      iv: iv.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
      data: data.toString('base64'),
    },
  };
  return JSON.stringify({ ...body, check: checkSum(body) });
}

function stretch(pin: string, salt: Uint8Array, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(Buffer.from(pin.normalize('NFC'), 'utf8'), salt, 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

const boundParameters = ({ version, kdf }: Pick<Vault, 'version' | 'kdf'>): Buffer =>
  Buffer.from(`phien-key-vault ${version} scrypt ${kdf.N} ${kdf.r} ${kdf.p} ${kdf.salt}`, 'utf8');

const checkSum = ({ format, version, kdf, cipher }: Omit<Vault, 'check'>): string =>
  createHash('sha256')
    .update(JSON.stringify([format, version, kdf.name, kdf.N, kdf.r, kdf.p, kdf.salt]))
    .update(JSON.stringify([cipher.name, cipher.iv, cipher.tag, cipher.data]))
    .digest('hex');

function parseVault(text: string): Vault | null {
  if (text.length > 32_000) return null;
  try {
    const parsed = vaultSchema.safeParse(JSON.parse(text));
    return parsed.success && checkSum(parsed.data) === parsed.data.check ? parsed.data : null;
  } catch {
    return null;
  }
}
