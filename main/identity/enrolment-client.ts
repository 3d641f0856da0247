import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import {
  ENROLMENT_VERSION,
  hostPortSchema,
  parseInvitationCode,
  personNameSchema,
  type EnrolmentAnswer,
  type EnrolmentFailure as ServerFailure,
  type EnrolmentRejection,
  type EnrolmentRequest,
  type InvitationFile,
  type OrganisationInfo,
} from '../../common/wire/enrolment.ts';
import { fingerprint, organisationOf, readCertificate } from './certificate-reading.ts';
import { createRequest } from './certificate-request.ts';
import { checkCertificate } from './check-certificate.ts';
import { exchange, type Exchange } from './enrolment-exchange.ts';
import { invitationKeys, type InvitationKeys } from './invitation.ts';
import { fail, succeed, type Result } from './result.ts';

export type EnrolmentStatus =
  | { state: 'connecting'; address: string }
  /** The secretary's laptop has the request; a person has to look at it. */
  | { state: 'waiting'; address: string }
  /** It had it and does not answer just now. */
  | { state: 'reconnecting' };

export type EnrolmentError =
  | EnrolmentRejection
  | Exclude<ServerFailure, 'internal'>
  | 'not-a-code'
  | 'bad-name'
  | 'no-address'
  /** Nobody takes requests at any of the addresses. */
  | 'no-answer'
  /** Who answers does not know the invitation's secret. */
  | 'not-authentic'
  /** The root is not the one the invitation's file names. */
  | 'false-root'
  /** What came back is no certificate for this key. */
  | 'bad-certificate'
  /** The certificate is good, but not at this laptop's time. */
  | 'clock-differs'
  /** Not decided yet. Asking again later, with the same key, goes on where this left off. */
  | 'still-waiting'
  | 'cancelled';

export interface Enrolled {
  memberId: MemberId;
  /** As the authority wrote it, which may differ from what was asked. */
  name: string;
  organisation: OrganisationInfo;
  certificate: Buffer;
  root: Buffer;
  fingerprint: Sha256;
  rootFingerprint: Sha256;
  /** Where the answer came from. */
  address: string;
}

export type EnrolmentOptions = ({ code: string; file?: never } | { file: InvitationFile; code?: never }) & {
  /** `host:port`, in order of preference; those in the file are tried after them. */
  addresses?: readonly string[];
  name: string;
  /** Who had a key before and asks for a certificate for a new one, of the same organisation. */
  renews?: { member: MemberId; rootFingerprint: Sha256 };
  /** Keep it (in a vault) before calling: a restart goes on with the same key. */
  privateKey: KeyObject;
  signal?: AbortSignal;
  onStatus?(status: EnrolmentStatus): void;
  /** How long to wait for the secretary, in milliseconds. */
  patience?: number;
  /** Between two questions, in milliseconds; some more once the wait gets long. */
  pollEvery?: number;
  now?(): Date;
};

const HALF_AN_HOUR = 30 * 60_000;
const POLL = { first: 1_500, factor: 1.3, longest: 6_000 };

/** Asks for a certificate with an invitation, waits for the secretary's decision, and checks what comes back. */
export async function enrol(options: EnrolmentOptions): Promise<Result<Enrolled, EnrolmentError>> {
  const secret = parseInvitationCode(options.code ?? options.file.secret);
  const name = personNameSchema.safeParse(options.name);
  const addresses = [...new Set([...(options.addresses ?? []), ...(options.file?.addresses ?? [])])];
  const usable = addresses.filter((address) => hostPortSchema.safeParse(address).success).slice(0, 32);
  if (secret === null) return fail('not-a-code');
  if (!name.success) return fail('bad-name');
  if (usable.length === 0) return fail('no-address');
  const keys = invitationKeys(secret);
  const request = (await createRequest(options.privateKey, { name: name.data })).toString('base64');
  const renews = options.renews === undefined ? {} : { renews: options.renews.member };
  const ask = { version: ENROLMENT_VERSION, invitation: keys.id, request, name: name.data, ...renews } as const;
  return poll(options, keys, ask, usable);
}

async function poll(
  options: EnrolmentOptions,
  keys: InvitationKeys,
  ask: Omit<EnrolmentRequest, 'nonce'>,
  addresses: readonly string[],
): Promise<Result<Enrolled, EnrolmentError>> {
  const { signal, onStatus } = options;
  const giveUpAt = performance.now() + (options.patience ?? HALF_AN_HOUR);
  let interval = options.pollEvery ?? POLL.first;
  /** The address that has the request; empty until somebody with the secret has answered. */
  let known: string | null = null;

  const cancelled = (): boolean => signal?.aborted === true;

  while (!cancelled()) {
    const announce = known === null ? onStatus : undefined;
    const round = await askAll(known === null ? addresses : [known, ...addresses], keys, ask, signal, announce);
    if (cancelled()) break;
    if (round.kind === 'answer') {
      const { answer, address } = round;
      if (answer.state === 'rejected') return fail(answer.reason);
      if (answer.state === 'approved') return accept(answer, address, options);
      known = address;
      onStatus?.({ state: 'waiting', address });
    } else if (known === null) {
      return fail(round.error);
    } else {
      onStatus?.({ state: 'reconnecting' });
    }
    if (performance.now() + interval > giveUpAt) return fail('still-waiting');
    // Spread out, so that a whole room does not ask in step.
    await sleep(interval * (0.8 + Math.random() * 0.4), undefined, signal === undefined ? {} : { signal }).catch(
      () => undefined,
    );
    interval = Math.min(interval * POLL.factor, Math.max(POLL.longest, options.pollEvery ?? 0));
  }
  return fail('cancelled');
}

type Round = { kind: 'answer'; answer: EnrolmentAnswer; address: string } | { kind: 'none'; error: EnrolmentError };

/** One address after the other until one answers that knows the secret; else the most telling of the failures. */
async function askAll(
  addresses: readonly string[],
  keys: InvitationKeys,
  ask: Omit<EnrolmentRequest, 'nonce'>,
  signal: AbortSignal | undefined,
  announce: EnrolmentOptions['onStatus'],
): Promise<Round> {
  const failures: EnrolmentError[] = [];
  for (const address of new Set(addresses)) {
    if (signal?.aborted) break;
    announce?.({ state: 'connecting', address });
    const message: EnrolmentRequest = { ...ask, nonce: randomBytes(16).toString('hex') };
    const outcome = await exchange(address, keys, Buffer.from(JSON.stringify(message), 'utf8'), signal);
    if (outcome.kind === 'answer') return { kind: 'answer', answer: outcome.answer, address };
    failures.push(failureOf(outcome));
  }
  const telling = (['not-authentic', 'wrong-code', 'too-many-attempts'] as const).find((code) =>
    failures.includes(code),
  );
  return { kind: 'none', error: telling ?? failures.find((code) => code !== 'no-answer') ?? 'no-answer' };
}

function failureOf(outcome: Exclude<Exchange, { kind: 'answer' }>): EnrolmentError {
  if (outcome.kind === 'not-authentic') return 'not-authentic';
  return outcome.kind === 'unreachable' || outcome.error === 'internal' ? 'no-answer' : outcome.error;
}

/** The answer is authentic; it must still hold together, and fit the file where there is one. */
function accept(
  answer: Extract<EnrolmentAnswer, { state: 'approved' }>,
  address: string,
  options: EnrolmentOptions,
): Result<Enrolled, EnrolmentError> {
  const certificate = Buffer.from(answer.certificate, 'base64');
  const root = Buffer.from(answer.root, 'base64');
  const rootFingerprint = fingerprint(root);
  const expected = [options.file?.fingerprint, options.renews?.rootFingerprint];
  if (expected.some((one) => one !== undefined && one !== rootFingerprint)) return fail('false-root');
  const checked = checkCertificate(certificate, [root], options.now?.() ?? new Date());
  if (!checked.ok) {
    return fail(checked.error === 'expired' || checked.error === 'not-yet-valid' ? 'clock-differs' : 'bad-certificate');
  }
  const { memberId, name, publicKey } = checked.value;
  const organisation = organisationOf(readCertificate(root));
  if (options.renews !== undefined && memberId !== options.renews.member) return fail('not-for-renewal');
  if (organisation === null || !publicKey.equals(createPublicKey(options.privateKey))) return fail('bad-certificate');
  return succeed({
    memberId,
    name,
    organisation,
    certificate,
    root,
    fingerprint: checked.value.fingerprint,
    rootFingerprint,
    address,
  });
}
