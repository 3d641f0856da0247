/** Branded identifiers: a `MeetingId` is no `MotionId`, though both are strings at run time. */
type Brand<Name extends string> = string & { readonly __brand: Name };

/** UUID of a person; certificates carry it as the subjectAltName URI `urn:uuid:<id>`. */
export type MemberId = Brand<'MemberId'>;
/** Derived from the convener and a nonce (see `meetingIdOf`), so that only the convener can convene it. */
export type MeetingId = Brand<'MeetingId'>;
export type AgendaItemId = Brand<'AgendaItemId'>;
export type MotionId = Brand<'MotionId'>;
/** SHA-256 of the bytes, 64 lower-case hex digits: names papers, certificates (of their DER) and entries. */
export type Sha256 = Brand<'Sha256'>;

export const asMemberId = (value: string): MemberId => value as MemberId;
export const asMeetingId = (value: string): MeetingId => value as MeetingId;
export const asAgendaItemId = (value: string): AgendaItemId => value as AgendaItemId;
export const asMotionId = (value: string): MotionId => value as MotionId;
export const asSha256 = (value: string): Sha256 => value as Sha256;
