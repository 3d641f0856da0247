import { z } from 'zod';
import { MAX_ENTRY_CHARACTERS } from '../../common/acts/entry.ts';

/**
 * A meeting package (`.phien`) is a ZIP with everything that a stranger needs to check one meeting:
 *
 *     manifest.json              format, meeting, and size and SHA-256 of every other file
 *     meeting.json               facts of the meeting to show without replaying it
 *     acts.jsonl                 the acts, one {"jws": …, "cert": PEM of the author} a line
 *     documents/<name>.jsonl     signed log entries of plan, floor, minutes, annotations: {"jws": …} a line
 *     certificates/<sha256>.pem  the authors' certificates, named by the SHA-256 of their DER
 *     authority.pem              the organisation's authority; whether to trust it is the reader's own decision
 *     papers/<sha256>.pdf        stored, not packed, so that they can be read in place
 *     minutes.pdf                when there are some
 *
 * Hashes here find damage. They don't prove who wrote something: that is what the signatures in it are for.
 */
export const PACKAGE_FORMAT = 2;

export type PackageProblem =
  /** Gone, a folder, or not allowed for this user; when writing also: no space. */
  | 'unreadable'
  | 'not-a-package'
  /** Made by a later version of the application. */
  | 'newer-format'
  /** Cut off, overwritten, or a ZIP that contradicts itself. */
  | 'damaged'
  | 'missing-file'
  | 'unexpected-file'
  | 'duplicate-name'
  | 'unsafe-name'
  | 'too-many-files'
  | 'too-large'
  /** When writing: a paper is not what its name says. */
  | 'paper-changed'
  | 'cancelled';

export type PackageResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: PackageProblem; readonly file?: string };

/** Thrown inside this folder only; the exported functions turn it into a result. */
export class PackageError extends Error {
  readonly problem: PackageProblem;
  readonly file: string | undefined;
  constructor(problem: PackageProblem, file?: string, options?: ErrorOptions) {
    super(file === undefined ? problem : `${problem}: ${file}`, options);
    this.problem = problem;
    this.file = file;
  }
}

export function packageFailure(error: unknown): { ok: false; problem: PackageProblem; file?: string } {
  if (error instanceof PackageError) {
    return { ok: false, problem: error.problem, ...(error.file === undefined ? {} : { file: error.file }) };
  }
  if (error instanceof Error && error.name === 'AbortError') return { ok: false, problem: 'cancelled' };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^E[A-Z]+$/u.test(code)) return { ok: false, problem: 'unreadable' };
  throw error;
}

export type PackageLimits = {
  readonly maxFiles: number;
  /** Bytes of one paper; a setting of the laptop. */
  readonly maxPaperBytes: number;
  /** Bytes of everything that is not a paper, unpacked. */
  readonly maxTextBytes: number;
  /** Bytes of everything, unpacked. */
  readonly maxTotalBytes: number;
};

const MB = 1024 * 1024;
export const PACKAGE_LIMITS: PackageLimits = {
  maxFiles: 20_000,
  maxPaperBytes: 500 * MB,
  maxTextBytes: 1024 * MB,
  maxTotalBytes: 50 * 1024 * MB,
};
export const MAX_MANIFEST_BYTES = 8 * MB;
export const MAX_FACTS_BYTES = 16 * MB;
export const MAX_PEM_BYTES = 64 * 1024;
export const MAX_MINUTES_BYTES = 256 * MB;
/** Any entry, with its author's certificate. */
export const MAX_LINE_BYTES = MAX_ENTRY_CHARACTERS + 2 * MAX_PEM_BYTES;

const HASH = '[0-9a-f]{64}';
/** Same as the names of the documents in log entries. */
const DOCUMENT = `(?:plan|floor|minutes|ink/${HASH}/[0-9a-f-]{36})`;
const NAMES = new RegExp(
  `^(?:meeting\\.json|acts\\.jsonl|authority\\.pem|minutes\\.pdf|papers/${HASH}\\.pdf|certificates/${HASH}\\.pem|documents/${DOCUMENT}\\.jsonl)$`,
  'u',
);

/** Only names of the list above: none can leave a folder, whatever an unpacker does with it. */
export function isPackageName(name: string): boolean {
  return NAMES.test(name);
}

export const paperName = (sha256: string): string => `papers/${sha256}.pdf`;
export const certificateName = (sha256: string): string => `certificates/${sha256}.pem`;
export const documentFileName = (document: string): string => `documents/${document}.jsonl`;

export const REQUIRED_FILES = ['meeting.json', 'acts.jsonl', 'authority.pem'] as const;

export const manifestSchema = z.strictObject({
  /** Packages of format 1 have no snapshots. */
  format: z.union([z.literal(1), z.literal(PACKAGE_FORMAT)]),
  meeting: z.string().min(1).max(200),
  createdAt: z.iso.datetime({ offset: true }),
  /** Papers of the agenda that the laptop did not hold when it made the package. */
  missingPapers: z.array(z.string().regex(new RegExp(`^${HASH}$`, 'u'))),
  files: z.array(
    z.strictObject({
      name: z.string().refine(isPackageName),
      bytes: z.int().nonnegative(),
      sha256: z.string().regex(new RegExp(`^${HASH}$`, 'u')),
    }),
  ),
});
export type PackageManifest = z.infer<typeof manifestSchema>;

export type ActLine = { readonly jws: string; readonly cert: string };
/** As it travels: behind a snapshot is its state. */
export type EntryLine = { readonly jws: string };
