import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Refusal } from '../../common/contract/port.ts';
import type { MeetingSummary } from '../../common/contract/requests.ts';
import { certificateCourse, whyNotSigned } from '../../common/domain/certificate-course.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { MeetingState, MinutesRevision } from '../../common/domain/meeting-state.ts';
import { SIGNATURE_FIELDS } from '../../common/domain/minutes-signatures.ts';
import { personOf, withRole } from '../../common/domain/roster.ts';
import { minutesContent } from './minutes-content.ts';
import type { OpenMeeting } from './open-meeting.ts';
import { orRefuse, type Session } from './organisation.ts';
import type { Documents, LaptopStore, PdfSigning, SignerInfo } from './ports.ts';
import type { KnownMinutes } from './verify-file.ts';

export interface MinutesDeps {
  readonly store: LaptopStore;
  readonly documents: Documents;
  readonly signing: PdfSigning;
  readonly session: Session;
  readonly now: () => Date;
}

/** The page as it would be printed now, marked as a draft until the minutes are frozen. */
export function minutesPreview(deps: MinutesDeps, meeting: OpenMeeting): string {
  return deps.documents.minutesPreview(contentOf(meeting));
}

function contentOf(meeting: OpenMeeting): ReturnType<typeof minutesContent> {
  const state = meeting.state();
  if (!state) throw new Refusal('not-convened');
  const minutes = meeting.openDocument('minutes');
  try {
    return minutesContent(state, meeting.plan, minutes.doc);
  } finally {
    minutes.release();
  }
}

/**
 * The secretary's step: prints the minutes, signs them on this laptop and hands that revision out with the act
 * `minutes-frozen`. The chair's key never comes here.
 */
export async function freezeMinutes(deps: MinutesDeps, meeting: OpenMeeting): Promise<void> {
  const { signing, session } = deps;
  const state = meeting.state();
  if (!state || state.phase !== 'closed') throw new Refusal('act.wrong-phase');
  if (withRole(state.roster, 'secretary')?.member !== session.member) throw new Refusal('act.not-allowed');
  if (!deps.documents.printMinutes) throw new Refusal('cannot-print-here');
  await meeting.settle();

  const printed = await deps.documents.printMinutes(contentOf(meeting));
  const prepared = await signing.prepare(printed);
  const increment = orRefuse(
    await signing.sign(prepared, {
      role: 'secretary',
      who: signerInfo(state, session.member),
      signer: session.signer,
      time: timeOfSignature(deps),
    }),
  );
  const { sha256, size, chunks } = await deps.store.papers.importBytes(Buffer.concat([prepared, increment]));
  await meeting.perform('minutes-frozen', { revision: sha256, size, chunks, roster: state.rosterAct });
}

/** A signature that claims another time than those of the own certificate holds for nobody, ever. [CERT-7] */
function timeOfSignature({ session, now }: MinutesDeps): Date {
  const time = now();
  const why = whyNotSigned(certificateCourse(session.validity, time.getTime()));
  if (why) throw new Refusal(why);
  return time;
}

function signerInfo(state: MeetingState, member: Session['member']): SignerInfo {
  const entry = personOf(state, member);
  return { name: entry?.name ?? '', position: entry?.position ?? '', organisation: state.organisation.name };
}

/** The chair's step, on the chair's laptop: appends the chair's signature to exactly the revision that was frozen and `shown`. [MIN-6] */
export async function signMinutes(deps: MinutesDeps, meeting: OpenMeeting, shown: Sha256): Promise<void> {
  const state = meeting.state();
  if (state?.minutes.stage !== 'frozen') throw new Refusal('act.wrong-phase');
  if (withRole(state.roster, 'chair')?.member !== deps.session.member) throw new Refusal('act.not-allowed');
  const { revision } = state.minutes;
  if (revision !== shown) throw new Refusal('minutes-frozen-anew');
  const increment = orRefuse(
    await deps.signing.sign(await revisionBytes(deps.store, state.minutes), {
      role: 'chair',
      who: signerInfo(state, deps.session.member),
      signer: deps.session.signer,
      time: timeOfSignature(deps),
    }),
  );
  // Opened again while this laptop signed: that is known here, so it counts. [MIN-6]
  const now = meeting.state()?.minutes;
  if (now?.stage !== 'frozen' || now.revision !== revision) throw new Refusal('act.wrong-phase');
  await meeting.perform('minutes-signed', {
    role: 'chair',
    revision,
    increment: Buffer.from(increment).toString('base64url'),
  });
}

/**
 * Puts the chair's signature behind the revision once it has arrived, checks the result as a stranger would, and hands
 * it out. [MIN-2] Done by the secretary's laptop; by the chair's when that one is not among those `online`. Harmless to call
 * again.
 */
export async function sealMinutes(deps: MinutesDeps, meeting: OpenMeeting, online: readonly MemberId[]): Promise<void> {
  const state = meeting.state();
  if (state?.minutes.stage !== 'signed' || meeting.readOnly) return;
  const me = deps.session.member;
  const secretary = withRole(state.roster, 'secretary')?.member;
  const inPlace = withRole(state.roster, 'chair')?.member === me && !(secretary && online.includes(secretary));
  if (secretary !== me && !inPlace) return;
  const revision = await revisionBytes(deps.store, state.minutes);
  const sealed = Buffer.concat([revision, Buffer.from(state.minutes.increment, 'base64url')]);
  const verdict = await deps.signing.verify(sealed, {
    trust: [deps.session.organisation.authorityCertificate],
    expected: expectedSigners(state),
    // What is sealed is that both have signed. When, each signature claims itself, by a clock that may be ahead of this one.
    acceptsClocksAhead: true,
  });
  if (verdict.outcome !== 'valid') throw new Refusal('signature-does-not-verify');
  const { sha256, size, chunks } = await deps.store.papers.importBytes(sealed);
  await meeting.perform('minutes-sealed', { paper: sha256, size, chunks });
}

/**
 * Where the sealed minutes lie. Refuses while there are none, and when what a laptop called the sealed
 * minutes is not byte by byte the frozen revision with the chair's signature behind it.
 */
export async function sealedMinutes(store: LaptopStore, meeting: OpenMeeting): Promise<{ readonly path: string }> {
  const state = meeting.state();
  const file = state?.minutes.stage === 'sealed' ? store.papers.find(state.minutes.paper) : undefined;
  if (!state || !file) throw new Refusal('minutes-not-sealed');
  const bytes = await readFile(file.path);
  const ignored = new Set(state.ignored.map((one) => one.hash));
  const genuine = meeting.log.acts().some((act) => {
    if (act.kind !== 'minutes-signed' || ignored.has(act.hash)) return false;
    const increment = Buffer.from(act.body.increment, 'base64url');
    const end = bytes.byteLength - increment.byteLength;
    if (end <= 0 || !bytes.subarray(end).equals(increment)) return false;
    return createHash('sha256').update(bytes.subarray(0, end)).digest('hex') === act.body.revision;
  });
  if (!genuine) throw new Refusal('minutes-changed');
  return file;
}

/** Who must have signed minutes, by field: who did so by their acts, and otherwise whose office it is. */
export function expectedSigners({
  roster,
  minutes,
}: Pick<MeetingState, 'roster' | 'minutes'>): { readonly field: string; readonly memberId: MemberId }[] {
  const secretary = minutes.stage === 'draft' ? withRole(roster, 'secretary')?.member : minutes.frozenBy;
  const chair = 'signedBy' in minutes ? minutes.signedBy : withRole(roster, 'chair')?.member;
  return [
    ...(secretary ? [{ field: SIGNATURE_FIELDS.secretary, memberId: secretary }] : []),
    ...(chair ? [{ field: SIGNATURE_FIELDS.chair, memberId: chair }] : []),
  ];
}

/** Which meeting here has this very file as its minutes: only one that lies among the papers here can be that. */
export function minutesHere(
  meetings: { list(): readonly MeetingSummary[]; open(meeting: MeetingId): OpenMeeting },
  papers: LaptopStore['papers'],
  pdf: Sha256,
): KnownMinutes | undefined {
  if (!papers.find(pdf)) return undefined;
  for (const { meeting } of meetings.list().filter(({ phase }) => phase === 'sealed')) {
    const state = meetings.open(meeting).state();
    if (state?.minutes.stage === 'sealed' && state.minutes.paper === pdf)
      return { title: state.title, expected: expectedSigners(state) };
  }
  return undefined;
}

async function revisionBytes(store: LaptopStore, minutes: MinutesRevision): Promise<Uint8Array> {
  const file = store.papers.find(minutes.revision);
  if (!file) throw new Refusal('minutes-not-here-yet');
  const bytes = await readFile(file.path);
  if (createHash('sha256').update(bytes).digest('hex') !== minutes.revision) throw new Refusal('minutes-changed');
  return bytes;
}
