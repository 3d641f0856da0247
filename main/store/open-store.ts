import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { acknowledgedStore, type AcknowledgedStore } from './acknowledged.ts';
import { backups, type Backups } from './backup.ts';
import { checkIntegrity, openDatabase, type Database } from './database.ts';
import { documentSnapshots, type DocumentSnapshots } from './document-snapshots.ts';
import { invitationStore, type InvitationStore } from './invitations.ts';
import { sqliteEntryLog, type StoredEntryLog } from './entries.ts';
import { forkStore, type ForkStore } from './forks.ts';
import { meetingStore, type MeetingStore } from './meetings.ts';
import { organisationStore, type OrganisationStore } from './organisation.ts';
import { paperStore, type PaperStore } from './papers.ts';
import { pendingChanges, type PendingChanges } from './pending-changes.ts';
import { certificateStore, peopleStore, type CertificateStore, type PeopleStore } from './people.ts';
import { privateDocuments, type PrivateDocuments } from './private-documents.ts';
import { settingsStore, type SettingsStore } from './settings.ts';
import { asStoreError } from './store-error.ts';

/** Everything this laptop keeps. What a method stored is on the disk when it returns. */
export interface Store {
  readonly dataDir: string;
  readonly settings: SettingsStore;
  readonly organisation: OrganisationStore;
  readonly people: PeopleStore;
  readonly certificates: CertificateStore;
  readonly invitations: InvitationStore;
  readonly meetings: MeetingStore;
  readonly entries: StoredEntryLog;
  readonly forks: ForkStore;
  readonly acknowledged: AcknowledgedStore;
  readonly pending: PendingChanges;
  readonly privateDocuments: PrivateDocuments;
  readonly snapshots: DocumentSnapshots;
  readonly papers: PaperStore;
  readonly backups: Backups;
  /** All of `work` or nothing of it; nests. Synchronous: an async callback does not type-check. */
  transaction<T>(work: () => T extends PromiseLike<unknown> ? never : T): T;
  /** Throws a `StoreError` when the database is damaged. Reads all of it. */
  checkIntegrity(): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export const DATABASE_FILE = 'phien.db';

/** Opens, creates or migrates what lies in `dataDir`. Throws a `StoreError`; then nothing was changed. */
export function openStore(dataDir: string): Store {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const db = openDatabase(join(dataDir, DATABASE_FILE));
    try {
      return storeOn(db, dataDir);
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw asStoreError(error) ?? error;
  }
}

function storeOn(db: Database, dataDir: string): Store {
  const entries = sqliteEntryLog(db);
  const papers = paperStore(db, dataDir);
  return {
    dataDir,
    settings: settingsStore(db),
    organisation: organisationStore(db),
    people: peopleStore(db),
    certificates: certificateStore(db),
    invitations: invitationStore(db),
    meetings: meetingStore(db),
    entries,
    forks: forkStore(db),
    acknowledged: acknowledgedStore(db),
    pending: pendingChanges(db, entries),
    privateDocuments: privateDocuments(db),
    snapshots: documentSnapshots(db),
    papers,
    backups: backups(db, dataDir),
    transaction: (work) => db.transaction(work).immediate(),
    checkIntegrity: () => checkIntegrity(db),
    async close() {
      if (!db.open) return;
      await papers.closeParts();
      db.close();
    },
  };
}
