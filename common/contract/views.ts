import type { BodyRules } from '../domain/body-rules.ts';
import type { CertificateDates } from '../domain/certificate-course.ts';
import type { AgendaItemId, MeetingId, MemberId, Sha256 } from '../domain/ids.ts';
import type { MeetingState } from '../domain/meeting-state.ts';
import type { Verdict } from '../domain/verdict.ts';

/** What the engine answers and tells windows: how things stand, as they are shown. */

export interface AppStatus {
  /**
   * `new`: nothing set up; `waiting`: a request for a certificate is under way; `locked`: PIN needed, after a restart
   * also for a request that waits (there is no organisation then).
   */
  readonly stage: 'new' | 'waiting' | 'locked' | 'ready';
  readonly version: string;
  readonly organisation: {
    readonly name: string;
    readonly parent: string;
    readonly symbol: string;
    readonly fingerprint: Sha256;
  } | null;
  readonly me: { readonly member: MemberId; readonly name: string; readonly position: string } | null;
  /** This laptop holds the organisation's authority: it may invite, approve and prepare. */
  readonly holdsAuthority: boolean;
  /** Of the person of this laptop; null where nobody has one yet. */
  readonly certificate:
    | (CertificateDates & {
        /** It has a successor that is in use from the next start on: when that one ends, RFC 3339. */
        readonly renewedUntil: string | null;
      })
    | null;
  /** This laptop is somebody's and asks for a certificate for a new key of theirs. */
  readonly renewing: boolean;
}

/** `disk-low`: papers are not taken any more, everything else is. `disk-own-only`: nor is what others write. */
export type StorageTrouble = 'disk-low' | 'disk-own-only' | 'disk-full' | 'store-unwritable' | 'store-damaged';

/** What was done about a damaged database. */
export interface Restoration {
  /** When, RFC 3339. */
  readonly at: string;
  /** `repaired`: what could not be read was taken out of it; `empty`: there was no backup, so it began anew. */
  readonly how: 'backup' | 'repaired' | 'empty';
  /** When the backup was made, RFC 3339. */
  readonly backupOf: string | null;
  /** Folder of the damaged files. */
  readonly setAside: string;
}

/** How well this laptop keeps what it is given. */
export interface StorageStatus {
  readonly trouble: StorageTrouble | null;
  readonly restoration: Restoration | null;
  /** Meetings in which nothing is signed until another laptop has told how far this one's entries had come. */
  readonly inDoubt: readonly MeetingId[];
}

export interface Settings {
  readonly language: 'vi' | 'en';
  readonly theme: 'light' | 'dark' | 'system';
  readonly textScale: number;
  readonly paperLimitMegabytes: number;
  /** Whether the network is charged by volume, so that papers wait; `auto`: as the system says, where it does. */
  readonly metered: 'auto' | 'yes' | 'no';
}

export interface PeopleList {
  readonly members: readonly {
    readonly member: MemberId;
    readonly name: string;
    readonly position: string;
    /** null: not known here. */
    readonly certificate: CertificateDates | null;
    readonly me: boolean;
  }[];
  /** Those that nobody has used, also expired ones. */
  readonly invitations: readonly Invitation[];
  readonly requests: readonly {
    readonly request: string;
    readonly name: string;
    readonly position: string;
    readonly invitedAs: string;
    /** For a new key of somebody who is of the organisation already. */
    readonly renews: boolean;
    readonly at: string;
    readonly from: string;
    readonly keyFingerprint: string;
  }[];
  /** Where invited laptops reach this one (`host:port`); empty while nobody is invited. */
  readonly addresses: readonly string[];
  /** The authority's password was given within the last minutes: approving does not ask again. */
  readonly authorityUnlocked: boolean;
}

export interface Invitation {
  readonly invitation: string;
  readonly name: string;
  readonly position: string;
  readonly renews: boolean;
  readonly code: string;
  readonly expires: string;
}

export interface EnrolmentStatus {
  readonly step: 'none' | 'looking' | 'sending' | 'waiting-for-approval' | 'enrolled' | 'refused' | 'failed';
  readonly name: string;
  /** SHA-256 of the newcomer's public key, as in the request that the secretary sees; empty before there is a key. */
  readonly keyFingerprint: string;
  /** Error code (`errors.*` in i18n) when failed. */
  readonly problem: string | null;
}

export interface MeetingSummary {
  readonly meeting: MeetingId;
  readonly title: string;
  readonly kind: string;
  readonly start: string;
  readonly place: string;
  readonly phase: 'draft' | 'convened' | 'open' | 'closed' | 'sealed';
  readonly mine: boolean;
  readonly carrying: boolean;
  /** How this laptop is linked with the others; `offline` also where it isn't looking, `alone`: it carries it for nobody else. */
  readonly link: Connection['state'] | 'alone';
  /** Since when there are own changes that no other laptop has, RFC 3339; null when there are none, or for a moment only. */
  readonly onlyHereSince: string | null;
  /** From a package: looked at, never changed. */
  readonly readOnly: boolean;
}

export interface FoundMeeting {
  readonly meeting: MeetingId;
  readonly title: string;
  readonly start: string;
  readonly carriedBy: string;
  readonly address: string;
  readonly joined: boolean;
}

export interface MeetingView {
  readonly summary: MeetingSummary;
  /** null until the meeting is convened. */
  readonly state: MeetingState | null;
  readonly me: {
    readonly member: MemberId;
    readonly roles: {
      readonly office: boolean;
      readonly chair: boolean;
      readonly secretary: boolean;
      readonly convener: boolean;
      readonly voting: boolean;
    };
  };
  readonly connection: Connection;
  readonly ownClock: OwnClockTimes;
  readonly rules: BodyRules;
  readonly organisation: { readonly name: string; readonly parent: string; readonly symbol: string };
}

/**
 * When something began by this laptop's clock, RFC 3339, which may be another than that of the act: so that a wrong clock,
 * here or elsewhere, does not make timers wrong.
 */
export interface OwnClockTimes {
  /** When the floor was given. */
  readonly floor: string | null;
  /** When the open item was first opened. */
  readonly item: string | null;
  /** When the last vote was closed, if it is. */
  readonly result: string | null;
}

/**
 * Why own changes of documents stay unsigned: this member has written as much in the meeting as one may; the own certificate
 * does not count by this laptop's clock, so that others would refuse them for good. [CERT-7]
 */
export const HELD_BACK = ['too-much-written', 'own-clock-behind', 'own-certificate-not-valid'] as const;
export type HeldBack = (typeof HELD_BACK)[number];

export interface Connection {
  readonly role: 'host' | 'member' | 'alone';
  /** `waiting`: disconnected for over two seconds and trying again. */
  readonly state: 'connected' | 'connecting' | 'waiting' | 'offline' | 'refused';
  readonly carriedBy: string | null;
  /** Addresses under which this host is reached; for a member, where the host is reached. */
  readonly addresses: readonly string[];
  /** Who is connected to the host now (at the host: with the host itself). */
  readonly online: readonly MemberId[];
  /** When the present `state` began, RFC 3339; a silent stall began with the silence. */
  readonly since: string | null;
  /** When the last thing arrived from elsewhere, RFC 3339. */
  readonly lastReceived: string | null;
  /** Own changes that no other laptop has acknowledged; `since` (RFC 3339): when the first of them was made. */
  readonly onlyHere: { readonly count: number; readonly since: string | null };
  /** Why some of them can't go elsewhere: they are not signed. */
  readonly heldBack: HeldBack | null;
  /** There are own changes at all. */
  readonly hasOwn: boolean;
  /**
   * So many laptops, this one included, have acknowledged all own changes that are older than two seconds; null: not known,
   * or there are none. May be too low (what left before the host started is not known of); too high only if a laptop
   * acknowledges what it hasn't stored.
   */
  readonly savedOn: number | null;
  /** Seconds by which the carrying laptop's clock is ahead of this one; null: not known. */
  readonly clockAhead: number | null;
  /** Error code when refused. */
  readonly problem: string | null;
  /** This laptop's network is charged by volume, as far as is known. */
  readonly metered: boolean;
}

/** Why a file was not added to an item. `item-gone`: somebody removed the item meanwhile. */
export const ADDING_REFUSALS = [
  'unreadable',
  'empty',
  'too-large',
  'not-a-pdf',
  'broken',
  'encrypted',
  'too-many-pages',
  'too-slow',
  'disk-full',
  'item-gone',
  'item-full',
  'already-there',
] as const;
export type AddingRefusal = (typeof ADDING_REFUSALS)[number];

export interface AddedPaper {
  readonly path: string;
  readonly name: string;
  readonly result: 'added' | 'refused';
  readonly reason: AddingRefusal | null;
  readonly paper: Sha256 | null;
}

export interface PaperStatus {
  readonly paper: Sha256;
  readonly title: string;
  readonly size: number;
  readonly pages: number;
  readonly item: AgendaItemId | null;
  /** Bytes of it on this disk, verified. */
  readonly have: number;
  readonly state: 'here' | 'fetching' | 'waiting' | 'paused' | 'missing';
  /** Why the rest of it isn't waited for: it is no paper of the meeting any more, or what came is another one. */
  readonly lost: 'withdrawn' | 'unusable' | null;
  readonly bytesPerSecond: number;
  /** Why it is `paused`. */
  readonly pause: PaperPause | null;
  /** Laptops other than the carrying one that gave parts of it since the application was opened. */
  readonly givers: number;
  /** Members whose signed receipt says that they have it. */
  readonly receivedBy: readonly MemberId[];
}

/** What another laptop has of a paper that it hasn't got whole. */
export interface LaptopHolding {
  readonly member: MemberId;
  readonly paper: Sha256;
  /** Bytes. */
  readonly have: number;
  /** False: it waits, because its network is metered, its person asked for it or its disk is full. */
  readonly active: boolean;
}

/** The network is metered, or the person asked for it. */
export type PaperPause = 'metered' | 'asked';

export interface FileVerdict {
  readonly kind: 'pdf' | 'package';
  readonly name: string;
  /** Title of the meeting on this laptop whose minutes these very bytes are, so that it is known who has to sign. */
  readonly minutesOf: string | null;
  readonly verdict: Verdict;
  /** For a package: what it holds and what of it does not hold. */
  readonly package: PackageVerdict | null;
}

export interface PackageVerdict {
  readonly meeting: MeetingId;
  readonly title: string;
  readonly acts: number;
  readonly invalidActs: number;
  readonly papers: number;
  readonly damagedPapers: number;
}

export interface WorkProgress {
  readonly work: string;
  readonly kind: 'adding-papers' | 'saving-package' | 'opening-package' | 'printing' | 'signing' | 'verifying';
  /** 0..1, or null when unknown. */
  readonly done: number | null;
  readonly finished: boolean;
}
