import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../common/contract/port.ts';
import type { EnrolmentStatus, ParsedInput } from '../../common/contract/requests.ts';
import { INVITATION_FILE_LIMIT, invitationFileSchema, type InvitationFile } from '../../common/wire/enrolment.ts';
import { keepRenewed, orRefuse, sessionOf, type Session } from './organisation.ts';
import type { Enrolled, Identity } from './identity-port.ts';
import type { Json, LaptopStore, Log, Organisation } from './ports.ts';
import { readNamedFile } from './read-file.ts';

/**
 * A newcomer's own way in: key made here, request sent, certificate fetched. Survives a restart while it waits. The same
 * for somebody who lost the PIN: a new key for who worked at this laptop before.
 */
export interface Enrolment {
  begin(input: ParsedInput<'enrolment.begin'>): Promise<EnrolmentStatus>;
  /** Goes on after a restart; the PIN opens the key that was made before. */
  resume(pin: string): Promise<EnrolmentStatus>;
  /** Asks again at once after a failure that is not final; otherwise changes nothing. */
  retry(): EnrolmentStatus;
  cancel(): void;
  status(): EnrolmentStatus;
  close(): void;
}

/** How long to look for the laptop that takes requests before saying that it is not there, in milliseconds. */
const LOOK_FOR = 8000;
/** How long to look for others once a laptop has said that the invitation is not its own, in milliseconds. */
const LOOK_ON_FOR = 4000;
/** How long after nobody answered to look again, in milliseconds: the secretary's laptop may be opened later. */
const LOOK_AGAIN_AFTER = 5000;
/** How long to wait for the secretary's decision, in milliseconds. */
const PATIENCE = 24 * 3_600_000;

/** What is kept of the invitation while waiting. */
const keptSchema = z.object({
  code: z.string().optional(),
  file: invitationFileSchema.optional(),
  addresses: z.array(z.string()),
});
type Kept = z.infer<typeof keptSchema>;

const NOTHING_ASKED: EnrolmentStatus = { step: 'none', name: '', keyFingerprint: '', problem: null };

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
  let status: EnrolmentStatus = NOTHING_ASKED;
  let abort: AbortController | undefined;
  /** The same request once more, after a failure that is not final. */
  let again: (() => Promise<void>) | undefined;

  function set(next: EnrolmentStatus): EnrolmentStatus {
    status = next;
    deps.onStatus(next);
    return next;
  }

  /** `afterSilence`: nobody answered before, which stays on the screen until somebody does. */
  async function run(
    name: string,
    privateKey: KeyObject,
    keyVault: string,
    kept: Kept,
    afterSilence = false,
  ): Promise<void> {
    abort?.abort();
    again = undefined;
    const { signal } = (abort = new AbortController());
    const who = { name, keyFingerprint: identity.requestFingerprint(privateKey) };
    const known = enrolledHere();
    const renews = known ? { renews: { member: known.me.member, rootFingerprint: known.fingerprint } } : {};
    const looking = (step: 'looking' | 'sending'): void => {
      if (!afterSilence) set({ step, ...who, problem: null });
    };
    try {
      looking('looking');
      const via = kept.file ? { file: kept.file } : { code: kept.code ?? '' };
      const named = [...kept.addresses, ...(kept.file?.addresses ?? [])];
      const result = await askAround(named, signal, (addresses) => {
        looking('sending');
        return identity.enrol({
          ...via,
          ...renews,
          addresses,
          name,
          privateKey,
          signal,
          patience: PATIENCE,
          onStatus: ({ state }) => {
            if (state === 'waiting') set({ step: 'waiting-for-approval', ...who, problem: null });
          },
        });
      });
      if (signal.aborted) return;
      if (!result.ok) {
        if (isFinal(result.error)) store.organisation.clearEnrolment();
        else again = () => run(name, privateKey, keyVault, kept);
        if (NOBODY.has(result.error)) {
          const timer = setTimeout(() => void run(name, privateKey, keyVault, kept, true), LOOK_AGAIN_AFTER);
          signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
        }
        set({ step: result.error === 'refused' ? 'refused' : 'failed', ...who, problem: result.error });
        return;
      }
      await keep(result.value, privateKey, keyVault);
      set({ step: 'enrolled', ...who, problem: null });
    } catch (error) {
      if (signal.aborted) return;
      deps.log.error('enrolment failed', {}, error);
      set({ step: 'failed', ...who, problem: error instanceof Refusal ? error.code : 'internal' });
    }
  }

  /**
   * Asks at the addresses of the invitation, then every laptop that takes requests on this network, until one knows the
   * invitation: others may be taking in people of their own, and the secretary's may have moved since.
   */
  async function askAround(
    named: readonly string[],
    signal: AbortSignal,
    ask: (addresses: readonly string[]) => Promise<Asked>,
  ): Promise<Asked> {
    let last: Asked = { ok: false, error: 'no-address' };
    if (named.length > 0) {
      last = await ask(named);
      if (last.ok || !OF_ANOTHER.has(last.error)) return last;
    }
    const seen = new Set(named);
    const waiting: string[] = [];
    let over = false;
    let wake = (): void => undefined;
    const stop = deps.browse((addresses) => {
      waiting.push(...addresses.filter((address) => !seen.has(address)));
      for (const address of addresses) seen.add(address);
      wake();
    });
    const end = (): void => {
      over = true;
      wake();
    };
    const timers = [setTimeout(end, LOOK_FOR)];
    // Where one laptop has answered, the others do so soon: a mistyped code should be told soon, too.
    const denied = (): void => void timers.push(setTimeout(end, LOOK_ON_FOR));
    if (named.length > 0 && !last.ok && last.error !== 'no-answer') denied();
    signal.addEventListener('abort', end, { once: true });
    try {
      while (!signal.aborted) {
        const address = waiting.shift();
        if (address === undefined) {
          if (over) break;
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        const result = await ask([address]);
        if (result.ok || !OF_ANOTHER.has(result.error)) return result;
        if (result.error !== 'no-answer') denied();
        if (last.ok || last.error === 'no-address' || last.error === 'no-answer') last = result;
      }
    } finally {
      timers.forEach(clearTimeout);
      signal.removeEventListener('abort', end);
      stop();
    }
    return last;
  }

  /** Who worked here already and asks for a new certificate. */
  function enrolledHere(): Organisation | undefined {
    const known = store.organisation.get();
    return known?.certificate ? known : undefined;
  }

  async function keep(enrolled: Enrolled, privateKey: KeyObject, keyVault: string): Promise<void> {
    const { memberId: member, name, organisation, certificate, root, fingerprint, rootFingerprint } = enrolled;
    const checked = identity.checkCertificate(certificate, [root], now());
    const position = (checked.ok && checked.value.position) || '';
    const known = enrolledHere();
    if (known) {
      const session = keepRenewed(deps, known, { me: { member, name, position }, certificate, keyVault }, privateKey);
      store.organisation.clearEnrolment();
      return deps.onEnrolled(session);
    }
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
      if (!input.renew && enrolledHere()) throw new Refusal('already-set-up');
      if (input.renew && !enrolledHere()) throw new Refusal('not-set-up');
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
    retry() {
      void again?.();
      return status;
    },
    cancel() {
      abort?.abort();
      again = undefined;
      store.organisation.clearEnrolment();
      set(NOTHING_ASKED);
    },
    status: () => status,
    close: () => abort?.abort(),
  };
}

type Asked = Awaited<ReturnType<Identity['enrol']>>;

/** What a laptop says that this invitation is not from, or nobody at all: another one may still know it. */
const OF_ANOTHER: ReadonlySet<string> = new Set(['no-answer', 'wrong-code', 'too-many-attempts', 'not-authentic']);

/** Nobody was there to ask. */
const NOBODY: ReadonlySet<string> = new Set(['no-answer', 'no-address']);

/** Failures after which the same request can never succeed. */
const isFinal = (error: string): boolean =>
  [
    'refused',
    'used',
    'expired',
    'withdrawn',
    'wrong-code',
    'not-a-code',
    'false-root',
    'not-authentic',
    'not-for-renewal',
    'only-for-renewal',
  ].includes(error);

async function readInvitation(identity: Identity, path: string, now: Date): Promise<InvitationFile> {
  const content = await readNamedFile(path, INVITATION_FILE_LIMIT, new Refusal('not-an-invitation'));
  return orRefuse(identity.readInvitationFile(content, now));
}
