import { z } from 'zod';
import { localIdSchema, performActSchema } from '../acts/acts.ts';
import { meetingIdSchema, memberIdSchema } from '../acts/entry.ts';
import { asMeetingId, asMemberId, asMotionId, asSha256, type AgendaItemId, type MeetingId } from '../domain/ids.ts';
import type { Diagnostics } from './diagnostics.ts';
import type {
  AddedPaper,
  AppStatus,
  EnrolmentStatus,
  FileVerdict,
  FoundMeeting,
  Invitation,
  LaptopHolding,
  MeetingSummary,
  MeetingView,
  PaperStatus,
  PeopleList,
  Settings,
  StorageStatus,
  WorkProgress,
} from './views.ts';

/** The whole boundary between a window and the engine: name -> input schema and output type. */
const meeting = meetingIdSchema.transform(asMeetingId);
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform(asSha256);
const line = z.string().trim().max(500);
const path = z.string().min(1).max(4096);
/** Where to write: a whole path, always with this extension, so that no other kind of file is ever replaced. */
const pathTo = (extension: 'pdf' | 'phien' | 'phien-invite') =>
  path
    .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)[^\0]*$/)
    .transform((given) => (given.toLowerCase().endsWith(`.${extension}`) ? given : `${given}.${extension}`));
const pin = z.string().min(6).max(128);
const nothing = z.strictObject({});
const itemId = localIdSchema.transform((v) => v as AgendaItemId);

export const requestSchemas = {
  'app.status': nothing,
  'app.unlock': z.strictObject({ pin: z.string().max(128) }),
  'app.changePin': z.strictObject({ oldPin: z.string().max(128), pin }),
  /**
   * A new key on the laptop that holds the authority, where the PIN is forgotten (`pin` is a new one) or the certificate ends
   * (unlocked: `pin` is the present one); elsewhere `enrolment.begin`.
   */
  'app.renewByAuthority': z.strictObject({ authorityPassword: z.string().max(128), pin }),
  'settings.get': nothing,
  'settings.set': z.strictObject({
    language: z.enum(['vi', 'en']).optional(),
    theme: z.enum(['light', 'dark', 'system']).optional(),
    textScale: z.number().min(1).max(2).optional(),
    /** Largest paper accepted, MB (10^6 bytes). */
    paperLimitMegabytes: z.number().int().min(1).max(4000).optional(),
    metered: z.enum(['auto', 'yes', 'no']).optional(),
  }),

  'organisation.create': z.strictObject({
    name: line.min(1),
    parent: line,
    /** As in document numbers: UBND, HĐND. */
    symbol: z.string().trim().max(40),
    preset: z.enum(['peoples-committee', 'peoples-council']),
    person: z.strictObject({ name: line.min(1), position: line }),
    pin,
    authorityPassword: z.string().min(8).max(128),
  }),
  'people.list': nothing,
  'people.invite': z.strictObject({ name: line.min(1), position: line }),
  /** Invites a member who lost key or PIN to get a certificate for a new key on the same laptop. */
  'people.renew': z.strictObject({ member: memberIdSchema.transform(asMemberId) }),
  /** A new code for the same person, in the place of one that has expired. */
  'people.inviteAgain': z.strictObject({ invitation: z.string().max(64) }),
  'people.withdrawInvitation': z.strictObject({ invitation: z.string().max(64) }),
  'people.saveInvitation': z.strictObject({ invitation: z.string().max(64), path: pathTo('phien-invite') }),
  'people.approve': z.strictObject({ request: z.string().max(64), authorityPassword: z.string().max(128).optional() }),
  'people.refuse': z.strictObject({ request: z.string().max(64) }),
  'enrolment.begin': z.strictObject({
    via: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('code'), code: z.string().max(64), address: z.string().max(300).optional() }),
      z.strictObject({ kind: z.literal('file'), path }),
    ]),
    name: line.min(1),
    pin,
    /** The laptop is somebody's already, who gets a new key there; unlocked, under the present PIN. */
    renew: z.boolean().default(false),
  }),
  /** After a failure that another attempt can mend. */
  'enrolment.retry': nothing,
  'enrolment.cancel': nothing,

  'meetings.list': nothing,
  'meetings.create': z.strictObject({
    title: line.min(1),
    kind: line,
    start: z.iso.datetime({ offset: true }),
    place: line,
  }),
  /** Signs roster and rules from the plan into the meeting's first act (or a changed roster into a later one). */
  'meetings.convene': z.strictObject({ meeting }),
  /** Another person of the meeting is its secretary from now on, until the chair has signed the minutes. */
  'meetings.appointSecretary': z.strictObject({ meeting, member: memberIdSchema.transform(asMemberId) }),
  'meetings.carry': z.strictObject({ meeting }),
  /** Has the relay at `host:port` carry it from now on, and joins it there. */
  'meetings.entrust': z.strictObject({ meeting, address: z.string().trim().min(1).max(300) }),
  'meetings.stopCarrying': z.strictObject({ meeting }),
  /** What the laptop at `host:port` carries, the meeting nearest to now first. */
  'meetings.look': z.strictObject({ address: z.string().min(1).max(300) }),
  /** Without `meeting` the one nearest to now. */
  'meetings.join': z.strictObject({ address: z.string().min(1).max(300), meeting: meeting.optional() }),
  'meetings.leave': z.strictObject({ meeting }),
  'meetings.state': z.strictObject({ meeting }),
  'meetings.act': performActSchema,

  'papers.add': z.strictObject({ meeting, item: itemId, paths: z.array(path).min(1).max(50) }),
  'papers.remove': z.strictObject({ meeting, item: itemId, paper: sha256 }),
  'papers.status': z.strictObject({ meeting }),
  /** How far papers are on the laptops that haven't got them yet, as these say themselves now. */
  'papers.board': z.strictObject({ meeting }),
  /**
   * A chunk (`PAPER_CHUNK_BYTES`) of a paper that is still coming; answered when it is here, with null after some seconds,
   * and then asked for again: what is `urgent` is fetched before all else for as long as it is asked for.
   */
  'papers.chunk': z.strictObject({
    meeting,
    paper: sha256,
    chunk: z.number().int().nonnegative().max(1_000_000),
    urgent: z.boolean(),
  }),
  /** What a window shows now, so that it is fetched first; null: no paper. */
  'papers.reading': z.strictObject({ meeting, paper: sha256.nullable() }),
  /** The person's word for this meeting: wait, or fetch although the network is metered. */
  'papers.pause': z.strictObject({ meeting, paused: z.boolean() }),
  'papers.save': z.strictObject({ meeting, paper: sha256, path: pathTo('pdf') }),

  'minutes.preview': z.strictObject({ meeting }),
  'minutes.freeze': z.strictObject({ meeting }),
  /** `revision`: the one that the person was shown, which is signed or none. */
  'minutes.sign': z.strictObject({ meeting, revision: sha256 }),
  'minutes.save': z.strictObject({ meeting, path: pathTo('pdf') }),

  /** Lists as PDF. A vote's only after it is closed; the invitation (Form 1.7) as the plan has it now. */
  'lists.attendance': z.strictObject({ meeting, path: pathTo('pdf') }),
  'lists.vote': z.strictObject({ meeting, motion: localIdSchema.transform(asMotionId), path: pathTo('pdf') }),
  'lists.invitation': z.strictObject({ meeting, path: pathTo('pdf') }),

  'package.save': z.strictObject({ meeting, path: pathTo('phien') }),
  'package.open': z.strictObject({ path }),
  'verify.file': z.strictObject({ path, trust: path.optional() }),
  'sample.open': nothing,
  /** `checkDatabase` reads all of it, which takes a moment. */
  'diagnostics.report': z.strictObject({ checkDatabase: z.boolean().optional() }),

  'storage.status': nothing,
  /** The person has read what was done about a damaged database. */
  'storage.read': nothing,
  /** Signs again although no other laptop could be asked how far the own entries had come. */
  'storage.goOnAlone': nothing,
} as const;

export type RequestName = keyof typeof requestSchemas;
export type RequestInput<N extends RequestName> = z.input<(typeof requestSchemas)[N]>;
export type ParsedInput<N extends RequestName> = z.output<(typeof requestSchemas)[N]>;

export interface RequestOutputs {
  'app.status': AppStatus;
  'app.unlock': AppStatus;
  'app.changePin': null;
  'app.renewByAuthority': AppStatus;
  'settings.get': Settings;
  'settings.set': Settings;
  'organisation.create': AppStatus;
  'people.list': PeopleList;
  'people.invite': Invitation;
  'people.renew': Invitation;
  'people.inviteAgain': Invitation;
  'people.withdrawInvitation': PeopleList;
  'people.saveInvitation': null;
  'people.approve': PeopleList;
  'people.refuse': PeopleList;
  'enrolment.begin': EnrolmentStatus;
  'enrolment.retry': EnrolmentStatus;
  'enrolment.cancel': null;
  'meetings.list': MeetingSummary[];
  'meetings.create': { readonly meeting: MeetingId };
  'meetings.convene': null;
  'meetings.appointSecretary': null;
  'meetings.carry': { readonly addresses: readonly string[] };
  'meetings.entrust': null;
  'meetings.stopCarrying': null;
  'meetings.look': readonly FoundMeeting[];
  'meetings.join': { readonly meeting: MeetingId };
  'meetings.leave': null;
  'meetings.state': MeetingView;
  'meetings.act': null;
  'papers.add': readonly AddedPaper[];
  'papers.remove': null;
  'papers.status': readonly PaperStatus[];
  'papers.board': readonly LaptopHolding[];
  'papers.chunk': Uint8Array | null;
  'papers.reading': null;
  'papers.pause': null;
  'papers.save': null;
  'minutes.preview': { readonly html: string };
  'minutes.freeze': null;
  'minutes.sign': null;
  'minutes.save': null;
  'lists.attendance': null;
  'lists.vote': null;
  'lists.invitation': null;
  'package.save': { readonly papers: number; readonly missing: number };
  'package.open': { readonly meeting: MeetingId };
  'verify.file': FileVerdict;
  'sample.open': { readonly meeting: MeetingId };
  /** `text` is the report to hand on. */
  'diagnostics.report': { readonly facts: Diagnostics; readonly text: string };
  'storage.status': StorageStatus;
  'storage.read': StorageStatus;
  'storage.goOnAlone': StorageStatus;
}

/** What the engine tells by itself; each carries the whole new value. */
export interface Events {
  'app.status': AppStatus;
  'people.changed': PeopleList;
  'enrolment.status': EnrolmentStatus;
  'meetings.changed': MeetingSummary[];
  'meetings.found': readonly FoundMeeting[];
  'meeting.view': MeetingView;
  'papers.changed': { readonly meeting: MeetingId; readonly papers: readonly PaperStatus[] };
  'work.progress': WorkProgress;
  'storage.changed': StorageStatus;
  'settings.changed': Settings;
}
export type EventName = keyof Events;

export * from './views.ts';
