import type { ProblemCode } from '../../common/domain/verdict.ts';
import { PROBLEMS } from '../../common/domain/verdict.ts';
import { CERTIFICATE_ALGORITHMS, keyProblem } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { KEY_USAGE } from './certificate.ts';

const MAX_PATH = 8;
const MAX_STEPS = 200;

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
export const isSelfIssued = (certificate: Certificate): boolean => same(certificate.issuer, certificate.subject);

/** Whether `issuer` signed `certificate`: names equal byte for byte, signature right. */
function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!same(certificate.issuer, issuer.subject)) return false;
  try {
    return certificate.x509.verify(issuer.x509.publicKey);
  } catch {
    return false;
  }
}

/** What every certificate of a path must satisfy, whatever its place and the time. */
function ownProblem(certificate: Certificate): ProblemCode | undefined {
  if (certificate.hasUnknownCritical) return 'certificate-not-for-signing';
  if (!CERTIFICATE_ALGORITHMS.has(certificate.signatureAlgorithm)) return 'algorithm-unsupported';
  return keyProblem(certificate.x509.publicKey);
}

function timeProblem(certificate: Certificate, at: Date): ProblemCode | undefined {
  if (at < certificate.notBefore) return 'certificate-not-yet-valid';
  if (at > certificate.notAfter) return 'certificate-expired';
  return undefined;
}

/** RFC 5280, 6.1.4 (k) to (n); `below` counts the intermediate authorities under it that did not issue themselves. */
function issuerProblem(issuer: Certificate, below: number): ProblemCode | undefined {
  if (!issuer.isAuthority) return 'issuer-not-allowed';
  if (issuer.keyUsage && !issuer.keyUsage(KEY_USAGE.keyCertSign)) return 'issuer-not-allowed';
  if (issuer.pathLength !== undefined && below > issuer.pathLength) return 'issuer-not-allowed';
  return undefined;
}

export interface PathResult {
  /** From the certificate to the root; undefined where no path leads to a trusted root. */
  readonly path: readonly Certificate[] | undefined;
  /** What is wrong with the path, or with every attempt at one. */
  readonly problem: ProblemCode | undefined;
}

/**
 * Looks for a path from a certificate to one of the trusted roots, through the certificates at hand, that is right in
 * every point (RFC 5280, 6.1, without policies and name constraints: a critical extension of that kind is refused).
 * A path that is right but for the time is still a path: it says who somebody was.
 */
export function findPath(
  leaf: Certificate,
  atHand: readonly Certificate[],
  roots: readonly Certificate[],
  at: Date,
): PathResult {
  const issuers = [...roots, ...atHand];
  const now = search(leaf, issuers, roots, (certificate) => ownProblem(certificate) ?? timeProblem(certificate, at));
  if (now.path) return now;
  const { path, problem } = search(leaf, issuers, roots, ownProblem);
  if (path) return { path, problem: path.map((step) => timeProblem(step, at)).find((found) => found !== undefined) };
  // Whatever else is odd about a path to nowhere: it is the trust that is missing, unless somebody broke a rule.
  return { path, problem: problem && PROBLEMS[problem] === 'invalid' ? problem : 'certificate-untrusted' };
}

function search(
  leaf: Certificate,
  issuers: readonly Certificate[],
  roots: readonly Certificate[],
  refusal: (certificate: Certificate) => ProblemCode | undefined,
): PathResult {
  let steps = 0;
  let problem: ProblemCode | undefined;
  const walk = (path: readonly Certificate[], below: number): readonly Certificate[] | undefined => {
    const top = path.at(-1)!;
    const refused = refusal(top);
    if (refused) {
      problem ??= refused;
      return undefined;
    }
    if (roots.some((root) => same(root.der, top.der))) return path;
    if (path.length >= MAX_PATH) return undefined;
    for (const issuer of issuers) {
      if (++steps > MAX_STEPS || path.some((earlier) => same(earlier.der, issuer.der))) continue;
      if (!isIssuedBy(top, issuer)) continue;
      const notAllowed = issuerProblem(issuer, below);
      if (notAllowed) {
        problem ??= notAllowed;
        continue;
      }
      const found = walk([...path, issuer], below + (isSelfIssued(issuer) ? 0 : 1));
      if (found) return found;
    }
    return undefined;
  };
  return { path: walk([leaf], 0), problem };
}

export interface ChainVerdict {
  readonly problems: readonly ProblemCode[];
  /** Whether the signer is who the certificate says, be it expired or not. */
  readonly isTrusted: boolean;
}

/**
 * Judges the certificates that come with a signature: the signer's must lead to a trusted root and be made for signing,
 * and every other one must belong to the same roots, so that nothing unrelated travels along unchecked.
 */
export function judgeChain(
  signer: Certificate,
  others: readonly Certificate[],
  roots: readonly Certificate[],
  at: Date,
): ChainVerdict {
  const problems: ProblemCode[] = [];
  const { path, problem } = findPath(signer, others, roots, at);
  if (problem) problems.push(problem);
  const usage = signer.keyUsage;
  if (usage && !usage(KEY_USAGE.digitalSignature) && !usage(KEY_USAGE.nonRepudiation))
    problems.push('certificate-not-for-signing');
  for (const other of others) {
    const leads = path
      ? findPath(other, others, roots, at).path !== undefined
      : [...others, ...roots].some((issuer) => isIssuedBy(other, issuer));
    if (!leads) problems.push('certificate-chain-broken');
  }
  return { problems, isTrusted: path !== undefined };
}
