import type { KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { Refusal } from '../../common/contract/port.ts';
import type { EnrolmentStatus, ParsedInput } from '../../common/contract/requests.ts';
import { INVITATION_FILE_LIMIT, invitationFileSchema, type InvitationFile } from '../../common/wire/enrolment.ts';
import { orRefuse, sessionOf, type Session } from './organisation.ts';
import type { Enrolled, Identity } from './identity-port.ts';
import type { Json, LaptopStore, Log } from './ports.ts';

/** A newcomer's own way in: key made here, request sent, certificate fetched. Survives a restart while it waits. */
export interface Enrolment {
  begin(input: ParsedInput<'enrolment.begin'>): Promise<EnrolmentStatus>;
  /** Goes on after a restart; the PIN opens the key that was made before. */
  resume(pin: string): Promise<EnrolmentStatus>;
  cancel(): void;
  status(): EnrolmentStatus;
  close(): void;
}

/** How long to look for the laptop that takes requests before saying that it is not there, in milliseconds. */
const LOOK_FOR = 15_000;
/** How long to wait for the secretary's decision, in milliseconds. */
const PATIENCE = 24 * 3_600_000;

/** What is kept of the invitation while waiting. */
const keptSchema = z.object({
  code: z.string().optional(),
  file: invitationFileSchema.optional(),
  addresses: z.array(z.string()),
});
type Kept = z.infer<typeof keptSchema>;

export function createEnrolment(deps: {
  readonly store: LaptopStore;
  readonly identity: Identity;
  /** Looks for laptops that take requests; called with the whole list each time. Returns how to stop. */
  readonly browse: (listener: (addresses: readonly string[]) => void) => () => void;
  readonly onStatus: (status: EnrolmentStatus) => void;
  readonly onEnrolled: (session: Session) => Promise<void>;
  readonly now: () => Date;
  readonly log: Log;
}): Enrolment {
  const { store, identity, now } = deps;
  let status: EnrolmentStatus = { step: 'none', name: '', problem: null };
  let abort: AbortController | undefined;

  function set(next: EnrolmentStatus): EnrolmentStatus {
    status = next;
    deps.onStatus(next);
    return next;
  }

  async function run(name: string, privateKey: KeyObject, keyVault: string, kept: Kept): Promise<void> {
    abort?.abort();
    const { signal } = (abort = new AbortController());
    try {
      set({ step: 'looking', name, problem: null });
      const given = [...kept.addresses, ...(kept.file?.addresses ?? [])];
      const addresses = given.length > 0 ? given : await find(signal);
      if (signal.aborted) return;
      set({ step: 'sending', name, problem: null });
      const via = kept.file ? { file: kept.file } : { code: kept.code ?? '' };
      const result = await identity.enrol({
        ...via,
        addresses,
        name,
        privateKey,
        signal,
        patience: PATIENCE,
        onStatus: ({ state }) => {
          if (state === 'waiting') set({ step: 'waiting-for-approval', name, problem: null });
        },
      });
      if (signal.aborted) return;
      if (!result.ok) {
        if (isFinal(result.error)) store.organisation.clearEnrolment();
        set({ step: result.error === 'refused' ? 'refused' : 'failed', name, problem: result.error });
        return;
      }
      await keep(result.value, privateKey, keyVault);
      set({ step: 'enrolled', name, problem: null });
    } catch (error) {
      if (signal.aborted) return;
      deps.log.error('enrolment failed', {}, error);
      set({ step: 'failed', name, problem: error instanceof Refusal ? error.code : 'internal' });
    }
  }

  /** All laptops that take requests on this network; one of them knows the code. */
  function find(signal: AbortSignal): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const stop = deps.browse((addresses) => {
        if (addresses.length > 0) done(() => resolve(addresses));
      });
      const timer = setTimeout(() => done(() => reject(new Refusal('no-address'))), LOOK_FOR);
      const done = (finish: () => void): void => {
        clearTimeout(timer);
        setTimeout(stop);
        finish();
      };
      signal.addEventListener('abort', () => done(() => resolve([])), { once: true });
    });
  }

  async function keep(enrolled: Enrolled, privateKey: KeyObject, keyVault: string): Promise<void> {
    const { memberId: member, name, organisation, certificate, root, fingerprint, rootFingerprint } = enrolled;
    const checked = identity.checkCertificate(certificate, [root], now());
    const position = (checked.ok && checked.value.position) || '';
    const kept = {
      name: organisation.name,
      parent: organisation.parent ?? '',
      symbol: '',
      preset: 'custom' as const,
      authorityCertificate: root,
      fingerprint: rootFingerprint,
      holdsAuthority: false,
      authorityArchive: null,
      me: { member, name, position },
      certificate,
      keyVault,
    };
    store.organisation.put(kept);
    store.certificates.add({ fingerprint, der: certificate, member, organisation: rootFingerprint });
    store.organisation.clearEnrolment();
    await deps.onEnrolled(sessionOf(identity, kept, privateKey));
  }

  return {
    async begin(input) {
      if (store.organisation.get()?.certificate) throw new Refusal('already-set-up');
      const kept: Kept =
        input.via.kind === 'file'
          ? { file: await readInvitation(identity, input.via.path, now()), addresses: [] }
          : { code: input.via.code, addresses: input.via.address ? [input.via.address] : [] };
      const { vault, privateKey } = orRefuse(await identity.createKeyVault(input.pin));
      store.organisation.putEnrolment({
        name: input.name,
        csr: await identity.createRequest(privateKey, { name: input.name }),
        keyVault: vault,
        invitation: JSON.parse(JSON.stringify(kept)) as Json,
        progress: null,
        startedAt: now().toISOString(),
      });
      void run(input.name, privateKey, vault, kept);
      return status;
    },
    async resume(pin) {
      const waiting = store.organisation.enrolment();
      const kept = keptSchema.safeParse(waiting?.invitation);
      if (!waiting || !kept.success) throw new Refusal('not-set-up');
      const privateKey = orRefuse(await identity.openKeyVault(waiting.keyVault, pin));
      void run(waiting.name, privateKey, waiting.keyVault, kept.data);
      return status;
    },
    cancel() {
      abort?.abort();
      store.organisation.clearEnrolment();
      set({ step: 'none', name: '', problem: null });
    },
    status: () => status,
    close: () => abort?.abort(),
  };
}

/** Failures after which the same request can never succeed. */
const isFinal = (error: string): boolean =>
  ['refused', 'used', 'expired', 'withdrawn', 'wrong-code', 'not-a-code', 'false-root', 'not-authentic'].includes(
    error,
  );

async function readInvitation(identity: Identity, path: string, now: Date): Promise<InvitationFile> {
  try {
    if ((await stat(path)).size > INVITATION_FILE_LIMIT) throw new Refusal('not-an-invitation');
    return orRefuse(identity.readInvitationFile(await readFile(path), now));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('unreadable-file', { path });
  }
}
