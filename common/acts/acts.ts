import { z } from 'zod';
import { meetingIdSchema, memberIdSchema } from './entry.ts';
import type { BodyRules } from '../domain/body-rules.ts';
import type { AgendaItemId, MemberId, MotionId, Sha256 } from '../domain/ids.ts';

/** The official acts: what must stand up later. One schema per kind; the table below is the whole list. */
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((v) => v as Sha256);
const member = memberIdSchema.transform((v) => v as MemberId);
/** An id made up by who uses it. Never a name that every object has: states are kept by id. */
export const localIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,40}$/)
  .refine((id) => !(id in {}));
const localId = localIdSchema;
const item = localId.transform((v) => v as AgendaItemId);
const motion = localId.transform((v) => v as MotionId);
const line = z.string().max(500);
const text = z.string().max(20_000);
/** SHA-256 of each 1 MiB chunk, as in the plan's paper records. */
const chunkHashes = z.array(sha256).min(1).max(64);

export const rosterEntrySchema = z.strictObject({
  member,
  name: line.min(1),
  position: line,
  role: z.enum(['chair', 'secretary', 'member', 'guest', 'relay']),
  voting: z.boolean(),
});

/** Everybody once: votes and quorum count entries. */
const roster = z
  .array(rosterEntrySchema)
  .min(1)
  .max(1000)
  .refine((entries) => new Set(entries.map((entry) => entry.member)).size === entries.length);

export const bodyRulesSchema: z.ZodType<BodyRules> = z.strictObject({
  preset: z.enum(['peoples-committee', 'peoples-council', 'custom']),
  quorum: z.strictObject({
    numerator: z.number().int().min(1).max(1000),
    denominator: z.number().int().min(1).max(1000),
  }),
  vote: z.strictObject({
    base: z.enum(['all', 'present', 'voting']),
    threshold: z.enum(['more-than-half', 'two-thirds']),
    options: z.enum(['approve-reject-abstain', 'agree-disagree-other']),
    chairDecidesTie: z.boolean(),
  }),
});

const summons = { title: line.min(1), kind: line, start: z.iso.datetime({ offset: true }), place: line };

export const actBodySchemas = {
  /** First act of a meeting, by its convener; `nonce` proves that the meeting's id is the convener's. */
  'meeting-convened': z.strictObject({
    nonce: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
    ...summons,
    organisation: z.strictObject({ name: line.min(1), parent: line, symbol: z.string().max(40) }),
    rules: bodyRulesSchema,
    roster,
  }),
  /** The whole new roster; by the convener, the chair or the secretary. */
  'roster-changed': z.strictObject({ roster }),
  /** What the summons says of the meeting, from now on; by the convener, the chair or the secretary. */
  'summons-changed': z.strictObject(summons),
  'meeting-opened': z.strictObject({}),
  'meeting-closed': z.strictObject({}),
  'checked-in': z.strictObject({ how: z.enum(['in-person', 'remote']) }),
  'absence-reported': z.strictObject({ reason: line }),
  /** Chair or secretary notes another's attendance (no laptop, a late apology, represented by another person). */
  'attendance-recorded': z.strictObject({
    member,
    status: z.enum(['in-person', 'remote', 'absent', 'represented']),
    reason: line,
  }),
  /** Chair or secretary notes that who attended left before the end, and when; `at` null: that they did not leave after all. */
  'left-early': z.strictObject({ member, at: z.iso.datetime({ precision: 3 }).nullable() }),
  'paper-received': z.strictObject({ paper: sha256 }),
  'item-opened': z.strictObject({ item, ordinal: z.number().int().min(1).max(1000), title: line }),
  'item-closed': z.strictObject({ item }),
  'speak-requested': z.strictObject({
    request: localId,
    item: item.nullable(),
    queue: z.enum(['speech', 'interpellation']),
    note: line,
  }),
  'speak-withdrawn': z.strictObject({ request: localId }),
  'floor-given': z.strictObject({
    member,
    request: localId.nullable(),
    limitSeconds: z.number().int().min(0).max(36_000),
  }),
  'floor-ended': z.strictObject({ member }),
  'motion-opened': z.strictObject({
    motion,
    item: item.nullable(),
    text: text.min(1),
    secret: z.literal(false),
    rule: z.strictObject({
      base: z.enum(['all', 'present', 'voting']),
      threshold: z.enum(['more-than-half', 'two-thirds']),
      options: z.enum(['approve-reject-abstain', 'agree-disagree-other']),
      chairDecidesTie: z.boolean(),
    }),
  }),
  ballot: z.strictObject({ motion, choice: z.enum(['approve', 'reject', 'abstain', 'other']) }),
  /**
   * Lists the ballots that the result counts, by entry hash, and who is present: the tally depends on nobody's clock, and
   * nothing that arrives later changes it. `roster` is the act that put the roster into force by which it is counted. Without
   * `present` and `roster` the statements up to this act count.
   */
  'motion-closed': z.strictObject({
    motion,
    ballots: z.array(sha256).max(1000),
    present: z.array(member).max(1000).optional(),
    roster: sha256.optional(),
  }),
  /** `item` null: conclusion of the whole meeting. A later one replaces the earlier. */
  concluded: z.strictObject({ item: item.nullable(), text: text.min(1) }),
  /**
   * `revision` is the PDF that the secretary signed: what the chair reads and approves. `roster` is the act that put the roster
   * into force which the secretary knew: whose chair is to sign.
   */
  'minutes-frozen': z.strictObject({
    revision: sha256,
    size: z.number().int().min(1),
    chunks: chunkHashes,
    roster: sha256.optional(),
  }),
  /** Back to drafting, before the chair has signed. */
  'minutes-reopened': z.strictObject({ revision: sha256 }),
  /** `increment` is what the chair's laptop appended to the revision: placeholder, appearance and signature. base64url. */
  'minutes-signed': z.strictObject({
    role: z.literal('chair'),
    revision: sha256,
    increment: z.string().regex(/^[A-Za-z0-9_-]{1,400000}$/),
  }),
  'minutes-sealed': z.strictObject({ paper: sha256, size: z.number().int().min(1), chunks: chunkHashes }),
} as const;

export type ActKind = keyof typeof actBodySchemas;
export type ActBody<K extends ActKind> = z.output<(typeof actBodySchemas)[K]>;

/** An act read from a verified entry: kind and body belong together. */
export type Act = {
  [K in ActKind]: {
    readonly kind: K;
    readonly body: ActBody<K>;
    readonly hash: Sha256;
    readonly author: MemberId;
    readonly seq: number;
    readonly time: string;
  };
}[ActKind];

export function isActKind(kind: string): kind is ActKind {
  return Object.hasOwn(actBodySchemas, kind);
}

/** The acts a person asks for by pressing something: kind and body, before they are signed. */
export const performActSchema = z.strictObject({
  meeting: meetingIdSchema,
  kind: z.string().refine(isActKind),
  body: z.record(z.string(), z.unknown()),
});
