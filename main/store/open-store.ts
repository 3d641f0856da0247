import { mkdirSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import type { EntryLog } from '../../common/acts/entry-log.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { acknowledgedStore, type AcknowledgedStore } from './acknowledged.ts';
import { backups, type Backups } from './backup.ts';
import { checkIntegrity, type Database } from './database.ts';
import { deferredSync } from './deferred-sync.ts';
import { watchHealth, type Health } from './health.ts';
import { invitationStore, type InvitationStore } from './invitations.ts';
import { sqliteEntryLog } from './entries.ts';
import { forgetEntries } from './forget-entries.ts';
import { freePages } from './free-pages.ts';
import { forkStore, type ForkStore } from './forks.ts';
import { meetingStore, type MeetingStore } from './meetings.ts';
import { organisationStore, type OrganisationStore } from './organisation.ts';
import { ownEntries, replayEntries, type OwnEntries } from './own-entries.ts';
import { journalFolder, journalled, journalSegments, openJournal, readJournal } from './own-journal.ts';
import { paperStore, type PaperStore } from './papers.ts';
import { pendingChanges, type PendingChanges } from './pending-changes.ts';
import { certificateStore, peopleStore, type CertificateStore, type PeopleStore } from './people.ts';
import { privateDocuments, type PrivateDocuments } from './private-documents.ts';
import { checkpointWhenQuiet, intoFile } from './quiet-checkpoint.ts';
import {
  markDamaged,
  openOrRestore,
  RESTORED,
  restorationSchema,
  restoredSchema,
  type Restoration,
} from './restore.ts';
import { shownChanges, type ShownChanges } from './shown-changes.ts';
import { settingsStore, type SettingsStore } from './settings.ts';
import { asStoreError, StoreError } from './store-error.ts';

/** Everything this laptop keeps. What a method stored is on the disk when it returns, or when its promise resolves. */
export interface Store {
  readonly dataDir: string;
  readonly settings: SettingsStore;
  readonly organisation: OrganisationStore;
  readonly people: PeopleStore;
  readonly certificates: CertificateStore;
  readonly invitations: InvitationStore;
  readonly meetings: MeetingStore;
  readonly entries: EntryLog;
  /** Takes all of a meeting's entries out. */
  forgetEntries(meeting: MeetingId): void;
  readonly own: OwnEntries;
  readonly forks: ForkStore;
  readonly acknowledged: AcknowledgedStore;
  readonly pending: PendingChanges;
  readonly shown: ShownChanges;
  readonly privateDocuments: PrivateDocuments;
  readonly papers: PaperStore;
  readonly backups: Backups;
  readonly health: Health;
  /** What was done about a damaged database, until `restorationRead`. */
  restoration(): Restoration | undefined;
  restorationRead(): void;
  /** Has the database looked through and replaced at the next start. Never throws. */
  markDamaged(reason: string): void;
  /** All of `work` or nothing of it; nests. Synchronous: an async callback does not type-check. */
  transaction<T>(work: () => T extends PromiseLike<unknown> ? never : T): T;
  /** Throws a `StoreError` when the database is damaged. Reads all of it. */
  checkIntegrity(): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export const DATABASE_FILE = 'phien.db';
const JOURNAL = 'journal-segment';
const RESTORATION = 'restoration';
const segmentSchema = z.number().int().min(1);

/**
 * Opens, creates, migrates or restores what lies in `dataDir`. Throws a `StoreError`; then nothing was changed. `now`
 * names what is set aside.
 */
export function openStore(dataDir: string, now: Date = new Date()): Store {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const db = openOrRestore(dataDir, DATABASE_FILE, now);
    try {
      return storeOn(db, dataDir);
    } catch (error) {
      // What opening saw nothing of is met by the next one.
      if (asStoreError(error)?.code === 'store-damaged') markDamaged(dataDir, String(error));
      db.close();
      throw error;
    }
  } catch (error) {
    throw asStoreError(error) ?? error;
  }
}

/** What others wrote waits, as on a full disk, while there is only room for what is written here. */
function lastRoomForOwn(entries: EntryLog, health: Health): EntryLog {
  return {
    ...entries,
    appendSoon(added) {
      const bytes = added.reduce((sum, { jws, state }) => sum + jws.length + (state?.byteLength ?? 0), 0);
      if (!health.hasRoomForOthers(bytes))
        throw new StoreError('disk-full', 'the last room is for what is written here');
      return entries.appendSoon(added);
    },
  };
}

function storeOn(db: Database, dataDir: string): Store {
  const settings = settingsStore(db);
  const health = watchHealth(dataDir, () => {
    settings.set('last-trial', new Date().toISOString());
    intoFile(db);
  });
  const { watched } = health;
  const free = freePages(db);
  free.noticed();
  const deferred = deferredSync(db);
  const entries = lastRoomForOwn(watched(sqliteEntryLog(db, deferred, () => free.noticed())), health);
  const meetings = meetingStore(db);
  const forget = watched({ entries: forgetEntries(db) });

  const folder = journalFolder(dataDir);
  const segments = journalSegments(folder);
  const known = settings.get(JOURNAL, segmentSchema);
  const found = known === undefined ? undefined : readJournal(folder, known);
  const restored = settings.get(RESTORED, restoredSchema);
  // Somebody put an older database in place of a newer one, whose journal does not reach back so far.
  const outdated = !found?.whole && segments.some((later) => later > (known ?? 0));
  // What was taken out may be older than the last backup, from where on the database needs the journal.
  const before =
    (restored?.shortened.length || outdated) && segments[0] ? readJournal(folder, segments[0]).records : [];
  const records = [...before, ...(found?.records ?? [])];
  const fresh = Math.max(0, known ?? 0, ...segments) + 1;
  const segment = found?.whole ? found.last : fresh;
  const journal = openJournal(folder, segment);
  const write = journalled(db, journal);
  const privates = privateDocuments(db, write);
  const own = ownEntries(entries, settings, write);
  const organisation = organisationStore(db);
  const me = organisation.get()?.me.member;
  db.transaction(() => {
    const misfits = replayEntries(entries, records);
    for (const record of records) if (record.kind === 'private') privates.replay(record);
    const vouched = restored?.how !== 'empty' && found?.whole;
    const unsure = (restored && !vouched) || outdated ? meetings.list().filter(({ readOnly }) => !readOnly) : [];
    const missing = (restored?.shortened ?? []).filter(
      ({ meeting, author, stream, seq }) => author === me && (entries.head(meeting, author, stream)?.seq ?? 0) < seq,
    );
    const doubtful = [...misfits, ...unsure.map(({ id }) => id), ...missing.map(({ meeting }) => meeting)];
    if (doubtful.length > 0) own.doubt(doubtful);
    if (restored) {
      const { shortened: _, ...restoration } = restored;
      settings.set(RESTORATION, restoration);
      settings.remove(RESTORED);
    }
    if (segment !== known) settings.set(JOURNAL, segment);
  }).immediate();

  const shown = shownChanges(db, deferred);
  const papers = paperStore(db, dataDir, health);
  const endCheckpoints = checkpointWhenQuiet(db, {
    pressed: () => health.trouble() !== undefined,
    note: (error) => health.note(error),
  });
  return {
    dataDir,
    settings: watched(settings),
    organisation: watched(organisation),
    people: watched(peopleStore(db)),
    certificates: watched(certificateStore(db)),
    invitations: watched(invitationStore(db)),
    meetings: watched(meetings),
    entries,
    forgetEntries(meeting) {
      forget.entries(meeting);
      free.noticed();
    },
    own: watched(own),
    forks: watched(forkStore(db)),
    acknowledged: watched(acknowledgedStore(db)),
    pending: watched(pendingChanges(db, entries, write, shown)),
    shown: watched(shown),
    privateDocuments: watched(privates),
    papers: watched(papers),
    backups: watched(
      backups(db, dataDir, {
        begin: () => settings.set(JOURNAL, journal.next()),
        prune: (kept) => journal.forgetBefore(Math.min(...kept.map(journalOf))),
      }),
    ),
    health,
    restoration: () => settings.get(RESTORATION, restorationSchema),
    restorationRead: () => settings.remove(RESTORATION),
    markDamaged: (reason) => markDamaged(dataDir, reason),
    transaction: (work) => db.transaction(work).immediate(),
    checkIntegrity: () => checkIntegrity(db),
    async close() {
      if (!db.open) return;
      health.close();
      free.close();
      endCheckpoints();
      await papers.closeParts();
      journal.close();
      await deferred.close();
      db.close();
    },
  };
}

/** From where on a copy of the database needs the journal; 0 when it does not say. */
function journalOf(copy: string): number {
  const db = new Sqlite(copy, { readonly: true });
  try {
    return settingsStore(db).get(JOURNAL, segmentSchema) ?? 0;
  } catch {
    return 0;
  } finally {
    db.close();
  }
}
