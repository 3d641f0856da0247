import { randomUUID, X509Certificate, type KeyObject } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import { createAuthority, type Authority } from './authority.ts';
import { createRequest } from './certificate-request.ts';
import type { Result } from './result.ts';
import { generateRsaKey } from './rsa-key.ts';

/** For tests only: real authorities, real keys, and OpenSSL as the judge of what we wrote. */
export const PASSWORD = 'Mật khẩu của văn phòng 2026';
export const ORGANISATION = { name: 'Ủy ban nhân dân xã Suối Mơ', parent: 'Ủy ban nhân dân tỉnh Hư Cấu' };

export function must<Value>(result: Result<Value, string>): Value {
  if (!result.ok) throw new Error(`unexpected failure: ${result.error}`);
  return result.value;
}

export async function newAuthority(
  now = new Date(),
  organisation: { name: string; parent?: string } = ORGANISATION,
): Promise<{ authority: Authority; p12: Buffer; root: Buffer }> {
  const { p12, certificate, authority } = must(await createAuthority({ organisation, password: PASSWORD, now }));
  return { authority, p12, root: certificate };
}

export interface TestMember {
  memberId: MemberId;
  privateKey: KeyObject;
  certificate: Buffer;
  serial: string;
}

export async function newMember(
  authority: Authority,
  name: string,
  { now = new Date(), validDays = 365, position }: { now?: Date; validDays?: number; position?: string } = {},
): Promise<TestMember> {
  const privateKey = await generateRsaKey(2048);
  const memberId = asMemberId(randomUUID());
  const request = await createRequest(privateKey, { name });
  const order = { request, memberId, name, validDays, ...(position === undefined ? {} : { position }) };
  return { memberId, privateKey, ...must(await authority.issue(order, now)) };
}

export const pem = (der: Uint8Array): string => new X509Certificate(der).toString();
export const keyPem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

/**
 * Runs OpenSSL in a folder of its own that holds `files`. Returns what it said on both channels; rejects when it fails.
 */
export async function openssl(
  args: readonly string[],
  files: Record<string, Uint8Array | string> = {},
): Promise<{ text: string; output: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'phien-openssl-'));
  try {
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    return await new Promise((resolve, reject) => {
      execFile('openssl', args, { cwd: folder, encoding: 'buffer' }, (error, output, complaints) => {
        const text = `${output.toString('utf8')}${complaints.toString('utf8')}`;
        if (error === null) resolve({ text, output });
        else reject(new Error(`openssl ${args[0]}: ${text}`, { cause: error }));
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
