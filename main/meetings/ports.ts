import type { EntryLog } from '../../common/acts/entry-log.ts';
import type { Entry, EntryPayload, EntryRefusal } from '../../common/acts/entry.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';

/** What the use cases of a meeting need from outside. */

export interface EntryAuthentication {
  sign(payload: EntryPayload): Promise<Entry>;
  /** Parses strictly; the signature is not checked yet. */
  read(
    jws: string,
  ): { readonly ok: true; readonly entry: Entry } | { readonly ok: false; readonly reason: EntryRefusal };
  /** Checks author and signature against the certificate. */
  verify(entry: Entry, certificate: Uint8Array): EntryRefusal | undefined;
}

export interface CertificateBook {
  get(fingerprint: Sha256): Uint8Array | undefined;
  /** Keeps a certificate if the organisation's authority issued it. Its validity at the time of use is checked by `memberOf`. */
  add(certificate: Uint8Array): void;
  /** Whose certificate it is, if it was valid at that time. */
  memberOf(certificate: Uint8Array, at: Date): { readonly member: MemberId; readonly name: string } | undefined;
}

/** Own changes of documents that no entry holds yet. On disk before they are shown as done. */
export interface PendingChanges {
  add(meeting: MeetingId, document: string, update: Uint8Array): void;
  /** In order; `upTo` names the last one. */
  read(meeting: MeetingId, document: string): { readonly upTo: number; readonly updates: readonly Uint8Array[] };
  /** Stores the entry and forgets the changes up to `upTo`, in one transaction. */
  commit(meeting: MeetingId, document: string, upTo: number, entry: Entry): void;
  documents(meeting: MeetingId): readonly string[];
}

/** Documents that never leave this laptop. */
export interface PrivateDocuments {
  load(meeting: MeetingId, name: string): readonly Uint8Array[];
  append(meeting: MeetingId, name: string, update: Uint8Array): void;
}

export interface MeetingStore {
  readonly entries: EntryLog;
  readonly pending: PendingChanges;
  readonly privateDocuments: PrivateDocuments;
  /** Keeps both versions of an entry as proof that its author signed two. */
  recordFork(known: Entry | undefined, other: Entry): void;
}

export interface Log {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}
