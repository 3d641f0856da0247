import { createHash, createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import { oneAtATime } from '../../common/contract/in-turn.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import type {
  EnrolmentAnswer,
  EnrolmentRejection,
  EnrolmentRequest,
  OrganisationInfo,
} from '../../common/wire/enrolment.ts';
import { readRequest } from './certificate-request.ts';
import { checkCertificate } from './check-certificate.ts';
import type { EnrolmentRecord, InvitationRecord } from './invitation.ts';
import { fail, succeed, type Result } from './result.ts';

/** Where invitations are kept. `save` must have reached the disk when it returns: an answer follows that rests on it. */
export interface InvitationStore {
  find(id: string): InvitationRecord | null | Promise<InvitationRecord | null>;
  list(): readonly InvitationRecord[] | Promise<readonly InvitationRecord[]>;
  save(record: InvitationRecord): void | Promise<void>;
}

/** For as long as the process lives. */
export function memoryInvitationStore(initial: readonly InvitationRecord[] = []): InvitationStore {
  const records = new Map(initial.map((record) => [record.id, record]));
  return {
    find: (id) => records.get(id) ?? null,
    list: () => [...records.values()],
    save: (record) => void records.set(record.id, record),
  };
}

/** A newcomer who waits for the secretary. */
export interface PendingEnrolment {
  requestId: string;
  invitationId: string;
  /** What the newcomer wrote, and for whom the invitation was made. */
  name: string;
  invitedName: string | null;
  /** The member who gets a new certificate; null for somebody new. */
  renews: MemberId | null;
  /** PKCS#10, DER: for `Authority.issue`. */
  request: Buffer;
  keyFingerprint: string;
  receivedAt: Date;
  remoteAddress: string;
}

export type DecisionFailure = 'unknown-request' | 'already-decided' | 'wrong-certificate';

export interface EnrolmentDesk {
  /** What to tell a newcomer who has shown the code. Repeating a request repeats the answer. */
  answer(invitationId: string, request: EnrolmentRequest, remoteAddress: string): Promise<EnrolmentAnswer>;
  pending(): Promise<PendingEnrolment[]>;
  /** Takes the certificate the authority issued for this request; the newcomer's laptop comes to fetch it. */
  approve(requestId: string, certificate: Uint8Array): Promise<Result<null, DecisionFailure>>;
  refuse(requestId: string): Promise<Result<null, DecisionFailure>>;
  /** Takes an invitation back that nobody has used. */
  withdraw(invitationId: string): Promise<Result<null, DecisionFailure>>;
}

const keyFingerprint = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex');

/** The fingerprint of a member's key as the secretary sees it; the newcomer's screen may show the same digits. */
export const requestFingerprint = (privateKey: KeyObject): string => keyFingerprint(createPublicKey(privateKey));

export function createEnrolmentDesk(options: {
  root: Uint8Array;
  organisation: OrganisationInfo;
  store: InvitationStore;
  onRequest(pending: PendingEnrolment): void;
  now(): Date;
}): EnrolmentDesk {
  const { store, now } = options;

  // One decision after the other, so that an invitation cannot be used twice in the same moment.
  const inTurn = oneAtATime();

  async function firstUse(
    record: InvitationRecord,
    asked: EnrolmentRequest,
    remoteAddress: string,
  ): Promise<EnrolmentAnswer> {
    if (now() > new Date(record.expiresAt)) return rejected('expired');
    if (asked.renews !== record.renews) return rejected(asked.renews ? 'not-for-renewal' : 'only-for-renewal');
    const read = readRequest(Buffer.from(asked.request, 'base64'));
    // A request nobody could be given a certificate for does not use the invitation up.
    if (!read.ok) return rejected(read.error);
    const used: InvitationRecord = {
      ...record,
      state: 'pending',
      request: {
        requestId: randomUUID(),
        name: asked.name,
        request: asked.request,
        keyFingerprint: keyFingerprint(read.value.publicKey),
        receivedAt: now().toISOString(),
        remoteAddress,
        certificate: null,
      },
    };
    await store.save(used);
    for (const pending of asPending(used)) options.onRequest(pending);
    return { state: 'pending' };
  }

  function repeatedUse(record: InvitationRecord, first: EnrolmentRecord, asked: EnrolmentRequest): EnrolmentAnswer {
    if (!sameKey(first, asked)) return rejected('used');
    if (record.state === 'approved' && first.certificate !== null) {
      return {
        state: 'approved',
        certificate: first.certificate,
        root: Buffer.from(options.root).toString('base64'),
        organisation: options.organisation,
      };
    }
    return record.state === 'refused' ? rejected('refused') : { state: 'pending' };
  }

  /** `change` returns the record to keep, or why there is none. */
  const decide = (
    find: (record: InvitationRecord) => boolean,
    change: (record: InvitationRecord) => InvitationRecord | DecisionFailure,
  ): Promise<Result<null, DecisionFailure>> =>
    inTurn(async () => {
      const record = (await store.list()).find(find);
      if (record === undefined) return fail('unknown-request');
      const changed = change(record);
      if (typeof changed === 'string') return fail(changed);
      await store.save(changed);
      return succeed(null);
    });

  return {
    answer: (invitationId, asked, remoteAddress) =>
      inTurn(async () => {
        const record = await store.find(invitationId);
        if (record === null || record.state === 'withdrawn') return rejected('withdrawn');
        return record.request === null
          ? firstUse(record, asked, remoteAddress)
          : repeatedUse(record, record.request, asked);
      }),
    pending: () => inTurn(async () => (await store.list()).flatMap(asPending)),
    approve: (requestId, certificate) =>
      decide(
        ({ request }) => request?.requestId === requestId,
        (record) => {
          if (record.state !== 'pending' || record.request === null) return 'already-decided';
          const checked = checkCertificate(certificate, [options.root], now());
          if (!checked.ok || keyFingerprint(checked.value.publicKey) !== record.request.keyFingerprint)
            return 'wrong-certificate';
          const issued = Buffer.from(certificate).toString('base64');
          return { ...record, state: 'approved', request: { ...record.request, certificate: issued } };
        },
      ),
    refuse: (requestId) =>
      decide(
        ({ request }) => request?.requestId === requestId,
        (record) => (record.state === 'pending' ? { ...record, state: 'refused' } : 'already-decided'),
      ),
    withdraw: (invitationId) =>
      decide(
        ({ id }) => id === invitationId,
        (record) => (record.state === 'open' ? { ...record, state: 'withdrawn' } : 'already-decided'),
      ),
  };
}

const rejected = (reason: EnrolmentRejection): EnrolmentAnswer => ({ state: 'rejected', reason });

/** The same laptop comes back, perhaps restarted: its request may be made anew, its key is what counts. */
function sameKey(first: EnrolmentRecord, asked: EnrolmentRequest): boolean {
  if (first.request === asked.request) return true;
  const read = readRequest(Buffer.from(asked.request, 'base64'));
  return read.ok && keyFingerprint(read.value.publicKey) === first.keyFingerprint;
}

function asPending({ id, name, renews, state, request }: InvitationRecord): PendingEnrolment[] {
  if (state !== 'pending' || request === null) return [];
  return [
    {
      requestId: request.requestId,
      invitationId: id,
      name: request.name,
      invitedName: name,
      renews: renews ?? null,
      request: Buffer.from(request.request, 'base64'),
      keyFingerprint: request.keyFingerprint,
      receivedAt: new Date(request.receivedAt),
      remoteAddress: request.remoteAddress,
    },
  ];
}
