import { z } from 'zod';
import { Refusal } from '../../common/contract/port.ts';
import type { Settings } from '../../common/contract/requests.ts';
import { asSha256 } from '../../common/domain/ids.ts';
import type { InvitationRecord } from '../identity/invitation.ts';
import type { InvitationStore } from '../identity/enrolment-desk.ts';
import type { LaptopStore } from '../meetings/ports.ts';
import type { Store } from '../store/open-store.ts';
import type { PaperManifest } from '../store/paper-records.ts';
import { privateNotes } from './private-notes.ts';

const settingsSchema = z.object({
  language: z.enum(['vi', 'en']),
  theme: z.enum(['light', 'dark', 'system']),
  textScale: z.number().min(1).max(2),
  paperLimitMegabytes: z.number().int().min(1).max(4000),
  metered: z.enum(['auto', 'yes', 'no']).default('auto'),
});

const DEFAULT_SETTINGS: Settings = {
  language: 'vi',
  theme: 'light',
  textScale: 1,
  paperLimitMegabytes: 500,
  metered: 'auto',
};

/** Larger ones are stopped before by the check of papers; bytes. */
const MAX_PAPER_BYTES = 4 * 1024 ** 3;

/** The use cases' ports on the store. */
export function laptopStore(store: Store, now: () => Date): LaptopStore {
  async function imported(path: string, onProgress?: (fraction: number) => void, signal?: AbortSignal) {
    const result = await store.papers.importPaper(path, {
      limit: MAX_PAPER_BYTES,
      ...(onProgress ? { onProgress: (done, total) => onProgress(total > 0 ? done / total : 1) } : {}),
      ...(signal ? { signal } : {}),
    });
    return manifestOf(result);
  }

  return {
    entries: store.entries,
    own: store.own,
    forgetEntries: (meeting) => store.forgetEntries(meeting),
    health: store.health,
    restoration: { get: () => store.restoration(), read: () => store.restorationRead() },
    pending: {
      add: (meeting, document, update, shown) => store.pending.add(meeting, document, update, shown),
      remove: (change) => store.pending.remove(change),
      read: (meeting, document, bytes) => store.pending.read(meeting, document, bytes) ?? { upTo: 0, updates: [] },
      commit: (meeting, document, upTo, entry) => store.pending.commit(meeting, document, upTo, entry),
      documents: (meeting) =>
        store.pending
          .documents()
          .filter((one) => one.meeting === meeting)
          .map((one) => one.document),
    },
    shown: store.shown,
    privateDocuments: privateNotes(store),
    recordFork(known, other) {
      const { meeting, author, stream } = other.payload;
      store.forks.record({
        meeting,
        author,
        stream,
        ours: known?.jws ?? '',
        theirs: other.jws,
        noticedAt: now().toISOString(),
      });
    },
    settings: {
      get: () => store.settings.get('settings', settingsSchema) ?? DEFAULT_SETTINGS,
      set: (settings) => store.settings.set('settings', { ...settings }),
    },
    organisation: store.organisation,
    people: store.people,
    certificates: {
      get: (fingerprint) => store.certificates.get(fingerprint)?.der,
      add: (certificate) => store.certificates.add(certificate),
      addSoon: (certificate) => store.certificates.addSoon(certificate),
    },
    invitations: {
      list: () => invitationRecords(store).map(({ position, ...invitation }) => ({ invitation, position })),
      add: (invitation, position) =>
        store.invitations.save(invitation.id, { ...(invitation as InvitationRecord), position }),
    },
    meetings: store.meetings,
    papers: {
      importFile: (path, { onProgress, signal }) => imported(path, onProgress, signal),
      importBytes: async (bytes) => manifestOf(await store.papers.importBytes(bytes)),
      find: (paper) => store.papers.file(asSha256(paper)),
      have: (paper) => store.papers.have(paper),
      readChunk: (paper, chunk) => store.papers.readChunk(paper, chunk),
      onArrival: (listener) => store.papers.onArrival(listener),
    },
  };
}

function manifestOf(result: Awaited<ReturnType<Store['papers']['importPaper']>>): PaperManifest {
  if (!result.ok) throw new Refusal(result.error === 'disk-full' ? 'disk-full' : 'unreadable-file');
  const { sha256, size, chunks } = result.value;
  return { sha256, size, chunks };
}

type KeptInvitation = InvitationRecord & { readonly position: string };

const keptSchema = z.looseObject({ id: z.string(), code: z.string(), state: z.string(), position: z.string() });

function invitationRecords(store: Store): KeptInvitation[] {
  return store.invitations
    .list()
    .filter((record) => keptSchema.safeParse(record).success) as unknown as KeptInvitation[];
}

/** What the enrolment desk keeps of invitations, in the store. */
export function invitationStore(store: Store): InvitationStore {
  return {
    find: (id) => invitationRecords(store).find((record) => record.id === id) ?? null,
    list: () => invitationRecords(store),
    save(record) {
      const position = invitationRecords(store).find((one) => one.id === record.id)?.position ?? '';
      store.invitations.save(record.id, { ...record, position });
    },
  };
}
