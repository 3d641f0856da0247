import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Refusal } from '../../common/contract/port.ts';
import { asSha256, type Sha256 } from '../../common/domain/ids.ts';
import type { MinutesRevision } from '../../common/domain/meeting-state.ts';
import { withRole } from '../../common/domain/roster.ts';
import { minutesContent } from './minutes-content.ts';
import type { OpenMeeting } from './open-meeting.ts';
import { orRefuse, type Session } from './organisation.ts';
import type { Documents, LaptopStore, PdfSigning, SignerInfo } from './ports.ts';

export interface MinutesDeps {
  readonly store: LaptopStore;
  readonly documents: Documents;
  readonly signing: PdfSigning;
  readonly session: Session;
  readonly now: () => Date;
}

/** The page as it would be printed now, marked as a draft until the minutes are frozen. */
export function minutesPreview(deps: MinutesDeps, meeting: OpenMeeting): string {
  return deps.documents.minutesHtml(contentOf(meeting), true);
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
 * The secretary's step: prints the minutes, signs them on this laptop, appends the chair's placeholder and hands the
 * revision out with the act `minutes-frozen`. The chair's key never comes here.
 */
export async function freezeMinutes(deps: MinutesDeps, meeting: OpenMeeting): Promise<void> {
  const { signing, session, now } = deps;
  const state = meeting.state();
  if (!state || state.phase !== 'closed') throw new Refusal('act.wrong-phase');
  const chair = withRole(state.roster, 'chair');
  if (!chair) throw new Refusal('no-chair');
  if (withRole(state.roster, 'secretary')?.member !== session.member) throw new Refusal('act.not-allowed');
  if (!deps.documents.printMinutes) throw new Refusal('cannot-print-here');

  const organisation = state.organisation.name;
  const printed = await deps.documents.printMinutes(deps.documents.minutesHtml(contentOf(meeting), false));
  const prepared = await signing.prepare(printed);
  const opened = await signing.appendPlaceholder(prepared, {
    role: 'secretary',
    signer: { ...signerInfo(state.roster, session.member), organisation },
    time: now(),
  });
  const cms = orRefuse(await signing.sign(prepared.byteLength, opened, 'secretary', session.signer));
  const approved = orRefuse(await signing.embed(opened, cms, 'secretary'));
  const revision = await signing.appendPlaceholder(approved, {
    role: 'chair',
    signer: { ...signerInfo(state.roster, chair.member), organisation },
    time: now(),
  });
  const { sha256, size, chunks } = await deps.store.papers.importBytes(revision);
  await meeting.perform('minutes-frozen', {
    revision: sha256,
    size,
    chunks,
    approved: { sha256: sha256Of(approved), length: approved.byteLength },
  });
}

function signerInfo(
  roster: Parameters<typeof withRole>[0],
  member: Session['member'],
): Omit<SignerInfo, 'organisation'> {
  const entry = roster.find((one) => one.member === member);
  return { name: entry?.name ?? '', position: entry?.position ?? '' };
}

/** The chair's step, on the chair's laptop: checks the whole revision and signs what was approved, nothing else. */
export async function signMinutes(deps: MinutesDeps, meeting: OpenMeeting): Promise<void> {
  const minutes = meeting.state()?.minutes;
  if (minutes?.stage !== 'frozen') throw new Refusal('act.wrong-phase');
  const revision = await revisionBytes(deps.store, minutes);
  const cms = orRefuse(await deps.signing.sign(minutes.approved.length, revision, 'chair', deps.session.signer));
  await meeting.perform('minutes-signed', {
    role: 'chair',
    revision: minutes.revision,
    cms: Buffer.from(cms).toString('base64url'),
  });
}

/**
 * Puts the chair's signature into the revision once it has arrived, checks the result as a stranger would, and hands it
 * out. Done by the secretary's laptop; harmless to call again.
 */
export async function sealMinutes(deps: MinutesDeps, meeting: OpenMeeting): Promise<boolean> {
  const state = meeting.state();
  if (state?.minutes.stage !== 'signed' || meeting.readOnly) return false;
  if (withRole(state.roster, 'secretary')?.member !== deps.session.member) return false;
  const revision = await revisionBytes(deps.store, state.minutes);
  const sealed = orRefuse(await deps.signing.embed(revision, Buffer.from(state.minutes.cms, 'base64url'), 'chair'));
  const verdict = await deps.signing.verify(sealed, {
    trust: [deps.session.organisation.authorityCertificate],
    expected: expectedSigners(state.roster),
  });
  if (verdict.outcome !== 'valid') throw new Refusal('signature-does-not-verify');
  const { sha256, size, chunks } = await deps.store.papers.importBytes(sealed);
  await meeting.perform('minutes-sealed', { paper: sha256, size, chunks });
  return true;
}

/** Who must have signed minutes, by field. */
export function expectedSigners(
  roster: Parameters<typeof withRole>[0],
): { field: string; member: Session['member'] }[] {
  const secretary = withRole(roster, 'secretary');
  const chair = withRole(roster, 'chair');
  return [
    ...(secretary ? [{ field: 'Secretary', member: secretary.member }] : []),
    ...(chair ? [{ field: 'Chair', member: chair.member }] : []),
  ];
}

async function revisionBytes(store: LaptopStore, minutes: MinutesRevision): Promise<Uint8Array> {
  const file = store.papers.find(minutes.revision);
  if (!file) throw new Refusal('minutes-not-here-yet');
  const bytes = await readFile(file.path);
  const { sha256, length } = minutes.approved;
  if (bytes.byteLength !== minutes.size || sha256Of(bytes.subarray(0, length)) !== sha256)
    throw new Refusal('minutes-changed');
  return bytes;
}

const sha256Of = (bytes: Uint8Array): Sha256 => asSha256(createHash('sha256').update(bytes).digest('hex'));
