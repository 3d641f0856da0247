import { createHash, createPublicKey, verify, X509Certificate, constants } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { readPackage } from '../../main/documents/read-package.ts';

const run = promisify(execFile);

export interface Evidence {
  readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly said?: string }[];
  readonly acts: number;
  readonly papers: number;
  readonly votes: readonly { readonly text: string; readonly ballots: number }[];
}

/** Takes authority and acts out of the package, and checks all that the meeting left as a stranger would. */
export async function gatherEvidence(out: string): Promise<Evidence> {
  const minutes = path.join(out, 'minutes.pdf');
  const packaged = path.join(out, 'meeting.phien');
  const authority = path.join(out, 'authority.pem');
  const read = await readPackage(packaged);
  if (!read.ok) throw new Error(`the package cannot be read: ${read.problem}`);
  const opened = read.value;
  const lines: { jws: string; cert: string }[] = [];
  for await (const line of opened.acts()) lines.push(line);
  const papers = opened.papers.length;
  await writeFile(authority, opened.authority);
  opened.close();
  await writeFile(path.join(out, 'acts.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

  const root = new X509Certificate(await readFile(authority));
  const checks: { name: string; passed: boolean; said?: string }[] = [];
  const verdict = await phienVerify(minutes, authority);
  checks.push({ name: 'phien verify: minutes.pdf is valid', passed: verdict.code === 0, said: verdict.said });
  const whole = await phienVerify(packaged, authority);
  checks.push({ name: 'phien verify: meeting.phien is valid', passed: whole.code === 0, said: whole.said });
  checks.push({
    name: 'two people signed the minutes',
    passed: /"field": "Chair"/.test(verdict.said) && /"field": "Secretary"/.test(verdict.said),
  });
  checks.push({
    name: `all ${lines.length} acts verify with their certificates`,
    passed: lines.length > 0 && lines.every((line) => actVerifies(line, root)),
  });

  const forged = path.join(out, '.forged.pdf');
  const bytes = await readFile(minutes);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  await writeFile(forged, bytes);
  const refused = await phienVerify(forged, authority);
  await rm(forged);
  checks.push({ name: 'one flipped byte makes the minutes invalid', passed: refused.code === 1 });

  return { checks, acts: lines.length, papers, votes: votesIn(lines) };
}

async function phienVerify(file: string, authority: string): Promise<{ code: number; said: string }> {
  const cli = path.join(import.meta.dirname, '../../main/cli.ts');
  try {
    const { stdout } = await run(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      cli,
      'verify',
      file,
      '--trust',
      authority,
      '--json',
    ]);
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stdout } = error as { code?: number; stdout?: string };
    return { code: code ?? 2, said: stdout ?? String(error) };
  }
}

/** What any stranger can do with ten lines of Node: RFC 7515 over the exact bytes, certificate by thumbprint, issuer. */
function actVerifies({ jws, cert }: { jws: string; cert: string }, root: X509Certificate): boolean {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const certificate = new X509Certificate(cert);
  const named = (JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, string>)['x5t#S256'];
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  const key = { key: createPublicKey(cert), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const signed = Buffer.from(`${header}.${payload}`, 'ascii');
  return (
    named === thumbprint &&
    certificate.verify(root.publicKey) &&
    verify('sha256', signed, key, Buffer.from(signature, 'base64url'))
  );
}

function votesIn(lines: readonly { jws: string }[]): { text: string; ballots: number }[] {
  const payloads = lines.map(
    ({ jws }) =>
      JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as {
        kind: string;
        body: { motion?: string; text?: string; ballots?: string[] };
      },
  );
  return payloads
    .filter(({ kind }) => kind === 'motion-opened')
    .map(({ body }) => ({
      text: body.text ?? '',
      ballots:
        payloads.find((one) => one.kind === 'motion-closed' && one.body.motion === body.motion)?.body.ballots?.length ??
        0,
    }));
}
