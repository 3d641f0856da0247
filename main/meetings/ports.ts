import type { EntryLog } from '../../common/acts/entry-log.ts';
import type { Entry, EntryPayload, EntryRefusal } from '../../common/acts/entry.ts';
import type { CarriedMeeting, EntryBatch } from '../../common/collab/carried-meeting.ts';
import type { WantedPaper } from '../../common/collab/paper-parts.ts';
import type { PaperRecord } from '../../common/collab/plan.ts';
import type { AddingRefusal, Restoration, Settings, StorageTrouble } from '../../common/contract/requests.ts';
import type { BodyRules } from '../../common/domain/body-rules.ts';
import type { CertificateCourse } from '../../common/domain/certificate-course.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { MinutesContent } from '../../common/domain/minutes.ts';
import type { KnownLaptop } from '../../common/wire/carrier.ts';
import type { Verdict } from '../../common/domain/verdict.ts';
import type { Signer } from '../../common/acts/signer.ts';
import type { PaperHolding } from '../../common/wire/paper-holding.ts';
import type { Acknowledged } from '../../common/wire/acknowledged.ts';
import type { EntrustOutcome } from '../../common/wire/entrust.ts';
import type { LiveTraffic } from '../../common/wire/live-traffic.ts';
import type { Identity, Invitation, Result, TlsCredentials } from './identity-port.ts';

/** What the use cases of a meeting need from outside. */

export interface EntryAuthentication {
  /** Whether the own certificate counts at that time: what is signed then is accepted, or refused for good. */
  course(at: Date): CertificateCourse;
  sign(payload: EntryPayload): Promise<Entry>;
  /** Parses strictly; the signature is not checked yet. */
  read(
    jws: string,
  ): { readonly ok: true; readonly entry: Entry } | { readonly ok: false; readonly reason: EntryRefusal };
  /** Checks author and signature against the certificate of that member. */
  verify(entry: Entry, certificate: Uint8Array, member: MemberId): EntryRefusal | undefined;
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
  /** Returns its number. `shown`: what it may build on, stored with it. */
  add(meeting: MeetingId, document: string, update: Uint8Array, shown: readonly ShownPart[]): number;
  /** Takes a change back that turned out to be none. */
  remove(change: number): void;
  /** In order, the first and what comes to no more than `bytes` with it; `upTo` names the last one. */
  read(
    meeting: MeetingId,
    document: string,
    bytes?: number,
  ): { readonly upTo: number; readonly updates: readonly Uint8Array[] };
  /** Stores the entry and forgets the changes up to `upTo`, in one transaction. */
  commit(meeting: MeetingId, document: string, upTo: number, entry: Entry): void;
  documents(meeting: MeetingId): readonly string[];
}

/** What one author wrote live and did not sign. `tag`: as in client ids; -1 for deletions, which tell nobody. */
export interface ShownPart {
  readonly tag: number;
  /** A Yjs update. */
  readonly changes: Uint8Array;
}

/** What others wrote live into shared documents and no signed entry holds yet: an update for each author (`tag`). */
export interface ShownChanges {
  /** In place of what was there with that tag; empty for nothing. For the next start when it returns. */
  put(meeting: MeetingId, document: string, parts: readonly ShownPart[]): Promise<void>;
  read(meeting: MeetingId, document: string): readonly ShownPart[];
  documents(meeting: MeetingId): readonly string[];
}

/** Documents that never leave this laptop. */
export interface PrivateDocuments {
  load(meeting: MeetingId, name: string): readonly Uint8Array[];
  append(meeting: MeetingId, name: string, update: Uint8Array): void;
}

/** Entries that this laptop signs. */
export interface OwnEntries {
  /** Stores the next entry of an own stream. */
  append(entry: Entry): void;
  /** After a damaged database was replaced: nothing is signed until it is known how far the own streams had come. */
  inDoubt(meeting: MeetingId): boolean;
  settle(meeting: MeetingId): void;
  onSettled(listener: (meeting: MeetingId) => void): () => void;
}

export interface MeetingStore {
  readonly entries: EntryLog;
  readonly own: OwnEntries;
  readonly pending: PendingChanges;
  readonly shown: ShownChanges;
  readonly privateDocuments: PrivateDocuments;
  /** Keeps both versions of an entry as proof that its author signed two. */
  recordFork(known: Entry | undefined, other: Entry): void;
}

type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields, error?: unknown): void;
  error(event: string, fields?: LogFields, error?: unknown): void;
}

/** How well the disk takes what it is given. */
export interface StoreHealth {
  trouble(): StorageTrouble | undefined;
  onChange(listener: () => void): () => void;
}

/** A certificate whose chain was checked, as it is kept. */
export interface KnownCertificate {
  readonly fingerprint: Sha256;
  readonly der: Uint8Array;
  /** null: an authority's. */
  readonly member: MemberId | null;
  readonly organisation: Sha256;
}

/** The laptop's own records beside the meetings. */
export interface LaptopStore extends MeetingStore {
  readonly own: OwnEntries & {
    doubted(): readonly MeetingId[];
    doubt(meetings: readonly MeetingId[]): void;
    onDoubted(listener: () => void): () => void;
  };
  /** Takes all entries of a meeting out that came from a package. */
  forgetEntries(meeting: MeetingId): void;
  readonly health: StoreHealth;
  /** What was done about a damaged database, until it is said to be read. */
  readonly restoration: { get(): Restoration | undefined; read(): void };
  readonly settings: { get(): Settings; set(settings: Settings): void };
  readonly organisation: {
    get(): Organisation | undefined;
    put(organisation: Organisation): void;
    enrolment(): OwnEnrolment | undefined;
    putEnrolment(enrolment: OwnEnrolment): void;
    clearEnrolment(): void;
  };
  readonly people: {
    list(): readonly Person[];
    put(person: Person): void;
  };
  readonly certificates: {
    get(fingerprint: Sha256): Uint8Array | undefined;
    add(certificate: KnownCertificate): void;
    /** On the disk no later than what is stored after it. */
    addSoon(certificate: KnownCertificate): void;
  };
  readonly invitations: {
    list(): readonly { readonly invitation: Invitation; readonly position: string }[];
    add(invitation: Invitation, position: string): void;
  };
  readonly meetings: {
    list(): readonly StoredMeeting[];
    get(id: MeetingId): StoredMeeting | undefined;
    put(meeting: StoredMeeting): void;
  };
  readonly papers: PaperShelf;
}

export interface Organisation {
  readonly name: string;
  readonly parent: string;
  readonly symbol: string;
  readonly preset: BodyRules['preset'];
  /** DER. */
  readonly authorityCertificate: Uint8Array;
  readonly fingerprint: Sha256;
  readonly holdsAuthority: boolean;
  readonly authorityArchive: Uint8Array | null;
  readonly me: { readonly member: MemberId; readonly name: string; readonly position: string };
  readonly certificate: Uint8Array | null;
  readonly keyVault: string;
}

export interface OwnEnrolment {
  readonly name: string;
  readonly csr: Uint8Array;
  readonly keyVault: string;
  readonly invitation: Json;
  readonly progress: Json;
  readonly startedAt: string;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Person {
  readonly member: MemberId;
  readonly name: string;
  readonly position: string;
  readonly certificate: Sha256 | null;
}

export interface StoredMeeting {
  readonly id: MeetingId;
  readonly convener: MemberId | null;
  readonly nonce: string | null;
  readonly summary: {
    readonly title: string;
    readonly kind: string;
    readonly start: string;
    readonly place: string;
    readonly phase: 'draft' | 'convened' | 'open' | 'closed' | 'sealed';
  };
  readonly readOnly: boolean;
  readonly carrying: boolean;
  readonly addresses: readonly string[];
  readonly createdAt: string;
}

/** Where papers lie. A paper that is found here is here whole and verified. */
export interface PaperShelf {
  /** Copies a file in, hashing it on the way. `fraction` is 0..1. */
  importFile(
    path: string,
    options: { signal?: AbortSignal; onProgress?: (fraction: number) => void },
  ): Promise<{ readonly sha256: Sha256; readonly size: number; readonly chunks: readonly Sha256[] }>;
  importBytes(
    bytes: Uint8Array,
  ): Promise<{ readonly sha256: Sha256; readonly size: number; readonly chunks: readonly Sha256[] }>;
  /** Where a whole paper lies. */
  find(paper: Sha256): { readonly path: string; readonly size: number } | undefined;
  /** Bytes of it that are here, verified. */
  have(paper: Sha256): number;
  /** A chunk of a paper, whole or not, checked against its manifest now. `damaged`: it is whole and has other bytes there. */
  readChunk(paper: WantedPaper, chunk: number): Promise<Uint8Array | 'not-here' | 'damaged'>;
  /** More of a paper lies here than before. */
  onArrival(listener: (paper: Sha256) => void): () => void;
}

/** Meetings with other laptops, and the papers that come along. Made once the identity is unlocked. */
export interface Network {
  /** Takes part in a meeting: joins whoever carries it, and carries it when it is this laptop's turn. */
  attend(meeting: CarriedMeeting, options: AttendOptions): Promise<Attendance>;
  /** `host:port` of other relays that carry the meeting now. */
  siblings(meeting: MeetingId): readonly string[];
  /** Which own entries are known to be on other laptops. The same object as long as the network is open. */
  acknowledged(meeting: MeetingId): Acknowledged;
  /** What a host carries, asked over its mutual TLS; refuses with a code. */
  look(address: string): Promise<
    readonly {
      readonly meeting: MeetingId;
      readonly title: string;
      readonly start: string;
      readonly carriedBy: string;
    }[]
  >;
  /** Whose computer answers at `host:port`; refuses with a code. */
  carrierAt(address: string): Promise<{ readonly member: MemberId; readonly name: string; readonly relay: boolean }>;
  /** Shows a relay these acts, by which it carries the meeting from then on; refuses with a code. */
  entrust(address: string, meeting: MeetingId, acts: EntryBatch): Promise<void>;
  /** At a relay: who is asked when somebody shows it a meeting. */
  onEntrusted(take: (meeting: MeetingId, acts: EntryBatch) => Promise<EntrustOutcome>): void;
  /** Hosts found by themselves; the list is whole each time. */
  onFound(listener: (found: readonly FoundHost[]) => void): () => void;
  fetchPapers(meeting: MeetingId, link: PaperLink): PaperFetcher;
  /** Brings whoever carries the meeting the papers that it lacks and this laptop has. */
  offerPapers(meeting: MeetingId, link: Pick<PaperLink, 'addresses' | 'linkedSince' | 'live'>): PaperOffer;
  /** What that laptop has of papers of the meeting; null for what it doesn't answer. */
  askHoldings(
    meeting: MeetingId,
    laptop: { readonly member: MemberId; readonly address: string },
    papers: readonly Sha256[],
  ): Promise<readonly (PaperHolding | null)[]>;
  /** Papers are handed to other laptops only of meetings that this one carries, or again of all. */
  keepPapers(kept: boolean): void;
  /** Whether the system says that the network is charged by volume, now and when it changes; null: it doesn't say. */
  onMetered(listener: (metered: boolean | null) => void): () => void;
  /** A paper that somebody brings to this host. */
  arriving(paper: Sha256): PaperProgress | undefined;
  /** More of a paper came to this host. */
  onArriving(listener: (paper: Sha256) => void): () => void;
  close(): Promise<void>;
}

export interface AttendOptions {
  /** It carried the meeting before it was restarted. */
  readonly carried: boolean;
  /** `host:port` of laptops that carried it before. */
  addresses(): readonly string[];
  /** Planned beginning, RFC 3339. */
  start(): string;
  /** Whose laptops take the meeting over by themselves, the first first. */
  order(): readonly MemberId[];
  /** False once the meeting needs nobody to carry it any more. */
  lasting(): boolean;
  /** The meeting was given to this relay: no laptop takes it over for good. */
  keeps(): boolean;
  /** The acts that show who is of the meeting; for other relays. */
  acts(): EntryBatch;
}

export interface FoundHost {
  readonly address: string;
  readonly meetings: readonly MeetingId[];
}

/** This laptop in a meeting with others. Who carries it may change at any time. */
export interface Attendance {
  status(): AttendanceStatus;
  onStatus(listener: (status: AttendanceStatus) => void): () => void;
  /** Carries it here from now on, instead of whoever did; returns the addresses where others reach it. Throws when that can't be stored. */
  carry(): readonly string[];
  /** Hands over to the next laptop if there is one; `to`: goes to the laptop at that address, whoever carries it now. */
  release(to?: string): void;
  /** A laptop was found that may carry it: tried at once. */
  found(addresses: readonly string[]): void;
  /** The computer was asleep: the host of before is tried at once. */
  wake(): void;
  /** Live exchange of a document that windows have open. */
  share(name: string): () => void;
  /** Papers let it pass. */
  readonly live: LiveTraffic;
  /** Laptops of the meeting that listen, as the carrying one told last. */
  laptops(): readonly KnownLaptop[];
  /** Says goodbye, so that the next laptop takes over at once. */
  close(): Promise<void>;
}

export type AttendanceStatus = { readonly role: 'alone' } | HostStatus | ({ readonly role: 'member' } & LinkStatus);

export interface HostStatus {
  readonly role: 'host';
  readonly addresses: readonly string[];
  readonly online: readonly MemberId[];
  readonly lastReceived: string | null;
}

export interface LinkStatus {
  readonly state: 'connected' | 'connecting' | 'waiting' | 'offline' | 'refused';
  readonly problem: string | null;
  readonly carriedBy: MemberId | null;
  readonly address: string | null;
  readonly online: readonly MemberId[];
  /** When the present `state` began, RFC 3339. */
  readonly since: string;
  /** Seconds by which the carrying laptop's clock is ahead of this one; null: not known. */
  readonly clockAhead: number | null;
  readonly lastReceived: string | null;
}

/** How far a paper is here. */
export interface PaperProgress {
  /** Bytes on this disk, verified. */
  readonly have: number;
  readonly bytesPerSecond: number;
  readonly active: boolean;
  readonly paused: boolean;
  /** What came of it is not the paper that its hash names, and was thrown away. */
  readonly unusable: boolean;
  /** Laptops other than the carrying one that gave parts of it since the start. */
  readonly givers: number;
}

/** What is known of the laptops from which papers can come. */
export interface PaperLink {
  /** Of the carrying laptop, while there is one. */
  readonly addresses: () => readonly string[];
  /** When the link to it was made, RFC 3339; null while there is none. */
  readonly linkedSince: () => string | null;
  readonly live: LiveTraffic;
  /** Those of the meeting as the carrying one told them last, this one among them. */
  readonly laptops: () => readonly { readonly member: MemberId; readonly device: string; readonly address: string }[];
  /** A signed receipt says that the member's laptop has it. */
  readonly hasWhole: (paper: Sha256, member: MemberId) => boolean;
  /** Chunks of it that a window waits for, those waited for last first. */
  readonly urgent: (paper: Sha256) => readonly number[];
}

export interface PaperFetcher {
  /** Fetches what is not here, in this order; replaces the earlier list. `atHost`: the host says that it has them. */
  want(papers: readonly PaperRecord[], atHost: ReadonlySet<Sha256>): void;
  progress(paper: Sha256): PaperProgress;
  /** While paused nothing new is asked for; what is here stays. */
  pause(paused: boolean): void;
  onProgress(listener: () => void): () => void;
  onComplete(listener: (paper: Sha256) => void): () => void;
  close(): Promise<void>;
}

export interface PaperOffer {
  /**
   * Offers what is here of these, in this order; replaces the earlier list. `atHost`: the host says that it has them;
   * `restraint`: milliseconds for which the host must have lacked one, before it is brought.
   */
  offer(papers: readonly PaperRecord[], atHost: ReadonlySet<Sha256>, restraint: (paper: PaperRecord) => number): void;
  close(): Promise<void>;
}

/** Minutes and packages as files. */
export interface Documents {
  checkPdf(
    path: string,
    limits: { readonly maxBytes: number },
  ): Promise<{ readonly ok: true; readonly pages: number } | { readonly ok: false; readonly reason: AddingRefusal }>;
  /** A page to look at, marked as a draft. */
  minutesPreview(content: MinutesContent): string;
  /** The finished PDF with its places for signatures; undefined where no window can print (a host without windows). */
  readonly printMinutes: ((content: MinutesContent) => Promise<Uint8Array>) | undefined;
}

/** Signatures in PDFs. */
export interface PdfSigning {
  /** Adds the signature fields where the printed page has the places for them. */
  prepare(pdf: Uint8Array): Promise<Uint8Array>;
  /**
   * Appends the person's signature to exactly these bytes, on the person's own laptop; returns what is appended.
   * Refuses when the document has no free field for the role.
   */
  sign(
    pdf: Uint8Array,
    options: {
      readonly role: 'secretary' | 'chair';
      readonly who: SignerInfo;
      readonly signer: Signer;
      readonly time: Date;
    },
  ): Promise<Result<Uint8Array>>;
  verify(
    pdf: Uint8Array,
    options: {
      readonly trust: readonly Uint8Array[];
      readonly expected?: readonly { field: string; memberId: MemberId }[];
      /** A signature that claims a later time than now is judged at that time. */
      readonly acceptsClocksAhead?: boolean;
    },
  ): Promise<Verdict>;
}

export interface SignerInfo {
  readonly name: string;
  readonly position: string;
  readonly organisation: string;
}

export type { Identity, TlsCredentials };
