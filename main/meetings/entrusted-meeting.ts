import type { Act } from '../../common/acts/acts.ts';
import { ACTS_STREAM } from '../../common/acts/entry.ts';
import type { EntryBatch } from '../../common/collab/carried-meeting.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import { reduceActs } from '../../common/domain/reduce-acts.ts';
import { createShortTurns } from '../../common/wire/short-turns.ts';
import { meetingIdOf } from './meeting-id.ts';
import { readAct } from './meeting-log.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { CertificateBook, EntryAuthentication } from './ports.ts';

/** Acts of an author read at a time. */
const READ = 500;

/** The acts that show who is of the meeting: the whole streams of those who convened it or changed its roster. */
export function rosterActs(meeting: OpenMeeting): EntryBatch {
  const authors = new Set<MemberId>();
  for (const act of meeting.log.acts()) {
    if (act.kind === 'meeting-convened' || act.kind === 'roster-changed') authors.add(act.author);
  }
  const entries: string[] = [];
  const certificates: Uint8Array[] = [];
  for (const author of authors) {
    for (let from = 0; ;) {
      const read = meeting.log.readAfter(author, ACTS_STREAM, from, READ);
      if (read.entries.length === 0) break;
      entries.push(...read.entries);
      certificates.push(...read.certificates);
      from += read.entries.length;
    }
  }
  return { entries, certificates: [...new Set(certificates)] };
}

/**
 * What a meeting would be by these acts alone, each checked for its signature, with nothing stored; undefined when it was
 * not convened by them. The log checks their chain when they are taken in. Thousands of signatures take seconds, and who shows
 * them need not even be of the meeting: the people of other meetings come in between.
 */
export async function meetingBy(
  meeting: MeetingId,
  batch: EntryBatch,
  checks: { readonly authentication: EntryAuthentication; readonly certificates: CertificateBook },
): Promise<MeetingState | undefined> {
  const { authentication, certificates } = checks;
  for (const certificate of batch.certificates) certificates.add(certificate);
  const acts: Act[] = [];
  const turns = createShortTurns(
    () => new Promise((resolve) => setImmediate(resolve)),
    () => performance.now(),
  );
  for (const jws of batch.entries) {
    await turns();
    const read = authentication.read(jws);
    if (!read.ok) continue;
    const { entry } = read;
    const { payload } = entry;
    if (payload.meeting !== meeting || payload.stream !== ACTS_STREAM) continue;
    const certificate = certificates.get(entry.certificate);
    const author = certificate && certificates.memberOf(certificate, new Date(payload.time));
    if (!certificate || author?.member !== payload.author) continue;
    if (authentication.verify(entry, certificate, author.member)) continue;
    const act = readAct(entry);
    if (act) acts.push(act);
  }
  return reduceActs(meeting, acts, (author, nonce) => meetingIdOf(author, nonce) === meeting);
}
