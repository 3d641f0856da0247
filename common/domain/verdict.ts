import type { MemberId, Sha256 } from './ids.ts';

/** `unknown` means that it can't be told, never that it is probably fine. */
export type Outcome = 'valid' | 'invalid' | 'unknown';

/**
 * What can be wrong with a signed document, and what follows: `invalid` where somebody must have changed or forged
 * something or broken the rules, `unknown` where what we hold does not suffice. The i18n key is `verdict.<code>`.
 */
export const PROBLEMS = {
  'file-not-a-pdf': 'unknown',
  'file-unreadable': 'unknown',
  'file-encrypted': 'unknown',
  'file-damaged': 'invalid',
  'verification-stopped': 'unknown',
  'package-damaged': 'invalid',
  'package-acts-invalid': 'invalid',
  'package-papers-damaged': 'invalid',
  'package-minutes-other': 'invalid',
  'package-minutes-missing': 'unknown',
  'package-minutes-not-sealed': 'unknown',
  'package-ballots-missing': 'unknown',
  'no-signatures': 'unknown',
  'field-not-signed': 'unknown',
  'signature-missing': 'invalid',
  'signature-removed': 'invalid',
  'not-the-expected-signer': 'invalid',
  'changed-after-signing': 'invalid',
  'bytes-not-covered': 'invalid',
  'revisions-broken': 'invalid',
  'permissions-inconsistent': 'invalid',
  'signature-kind-unsupported': 'unknown',
  'byte-range-wrong': 'invalid',
  'contents-malformed': 'invalid',
  'cms-malformed': 'invalid',
  'content-digest-wrong': 'invalid',
  'signature-wrong': 'invalid',
  'attribute-missing': 'invalid',
  'attribute-unknown': 'unknown',
  'certificate-mismatch': 'invalid',
  'algorithm-mismatch': 'invalid',
  'algorithm-unsupported': 'unknown',
  'key-too-weak': 'invalid',
  'certificate-malformed': 'invalid',
  'certificate-untrusted': 'unknown',
  'certificate-chain-broken': 'invalid',
  'certificate-expired': 'unknown',
  'certificate-not-yet-valid': 'unknown',
  'certificate-revoked': 'invalid',
  'certificate-revoked-later': 'unknown',
  'certificate-not-for-signing': 'invalid',
  'issuer-not-allowed': 'invalid',
  'signing-time-missing': 'unknown',
  'signing-time-outside-certificate': 'unknown',
  'signing-time-in-future': 'unknown',
} as const satisfies Record<string, Exclude<Outcome, 'valid'>>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What a later revision did to a document after a signature. The i18n key is `verdict.change.<kind>`. */
export const CHANGE_KINDS = [
  'signature-added',
  'signature-changed',
  'page-content',
  'page-added-or-removed',
  'annotation',
  'form-field',
  'document-settings',
  'metadata',
  'other-object',
  'bytes-appended',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface ChangeAfterSigning {
  /** The field of the last signature before the change. */
  readonly after: string;
  readonly kind: ChangeKind;
  readonly allowed: boolean;
  /** Page index from 0, where the change belongs to one. */
  readonly page?: number;
}

/** What verification had no means to check. The i18n key is `verdict.unchecked.<code>`. */
export const UNCHECKED = [
  'signing-time-not-proven',
  'revocation-not-checked',
  'trust-not-given',
  'expected-signers-not-given',
  'timestamp-not-checked',
] as const;
export type UncheckedCode = (typeof UNCHECKED)[number];

export interface SignerVerdict {
  readonly outcome: Outcome;
  readonly field: string;
  /** Common name and organisation of the certificate; empty where it can't be read. */
  readonly name: string;
  readonly organisation: string;
  readonly memberId?: MemberId;
  /** Names of the certificate: SHA-256 of its DER. */
  readonly certificate?: Sha256;
  /** ISO 8601, UTC, as the signer's laptop claimed it. */
  readonly claimedTime?: string;
  readonly coversWholeDocument: boolean;
  readonly problems: readonly ProblemCode[];
}

/** The answer to "is this document what it claims to be?"; plain JSON, no prose. */
export interface Verdict {
  readonly outcome: Outcome;
  /** Problems of the document as a whole; those of one signature stand with its signer. */
  readonly problems: readonly ProblemCode[];
  /** In the order of signing. */
  readonly signers: readonly SignerVerdict[];
  readonly changes: readonly ChangeAfterSigning[];
  readonly unsignedFields: readonly string[];
  readonly unchecked: readonly UncheckedCode[];
}

/** What follows from a set of problems: one that makes invalid outweighs any that leave it open. */
export function outcomeOf(problems: Iterable<ProblemCode>): Outcome {
  let outcome: Outcome = 'valid';
  for (const problem of problems) {
    if (PROBLEMS[problem] === 'invalid') return 'invalid';
    outcome = 'unknown';
  }
  return outcome;
}

/** A verdict on a whole document of which nothing more can be said. */
export const verdictOf = (problems: readonly ProblemCode[]): Verdict => ({
  outcome: outcomeOf(problems),
  problems,
  signers: [],
  changes: [],
  unsignedFields: [],
  unchecked: [],
});

/** Exit code of a command that verifies. */
export const EXIT_CODES: Readonly<Record<Outcome, 0 | 1 | 2>> = { valid: 0, invalid: 1, unknown: 2 };
