import { webcrypto, X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Refusal } from '../../common/contract/port.ts';
import type { FileVerdict } from '../../common/contract/requests.ts';
import { asSha256, type MemberId, type Sha256 } from '../../common/domain/ids.ts';
import type { Packages } from './packages.ts';
import type { PdfSigning } from './ports.ts';
import { mustBeFile, readNamedFile } from './read-file.ts';

/** PDFs are verified in memory; larger ones are no minutes. Bytes. */
const MAX_PDF_BYTES = 256 * 1024 * 1024;
const MAX_CERTIFICATES_BYTES = 1024 * 1024;

/** Minutes of a meeting that this laptop knows: whose, and who has to have signed them. */
export interface KnownMinutes {
  readonly title: string;
  readonly expected: readonly { readonly field: string; readonly memberId: MemberId }[];
}

/** One verdict for a PDF or a package, against the roots that are trusted here and those of `trust`. */
export async function verifyFile(
  deps: { readonly signing: Pick<PdfSigning, 'verify'>; readonly packages: Pick<Packages, 'verify'> },
  input: {
    readonly path: string;
    readonly trust?: string | undefined;
    readonly roots: readonly Uint8Array[];
    /** Finds the minutes that these very bytes are. */
    readonly minutesOf?: (pdf: Sha256) => KnownMinutes | undefined;
  },
): Promise<FileVerdict> {
  const { path } = input;
  await mustBeFile(path);
  const roots = [...input.roots, ...(input.trust ? await readCertificates(input.trust) : [])];
  const name = basename(path).normalize('NFC');
  if (await isZip(path)) {
    const result = await deps.packages.verify(path, roots);
    return { kind: 'package', name, minutesOf: null, ...result };
  }
  const pdf = await readNamedFile(path, MAX_PDF_BYTES, new Refusal('too-large-to-verify', { name }));
  const known = input.minutesOf?.(asSha256(await sha256(pdf)));
  const verdict = await deps.signing.verify(pdf, {
    trust: roots,
    ...(known ? { expected: [...known.expected] } : {}),
  });
  return { kind: 'pdf', name, minutesOf: known?.title ?? null, verdict, package: null };
}

/** Hexadecimal; away from this thread, which has a meeting to serve. */
const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');

async function isZip(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return bytesRead === 4 && buffer.readUInt32LE(0) === 0x04034b50;
    } finally {
      await file.close();
    }
  } catch {
    throw new Refusal('unreadable-file', { path });
  }
}

async function readCertificates(path: string): Promise<Uint8Array[]> {
  const tooLarge = new Refusal('not-a-certificate', { path });
  const text = Buffer.from(await readNamedFile(path, MAX_CERTIFICATES_BYTES, tooLarge)).toString('utf8');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((pem) => new X509Certificate(pem).raw);
  } catch {
    throw new Refusal('not-a-certificate', { path });
  }
}
