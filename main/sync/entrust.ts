import { toBase64 } from 'lib0/buffer';
import type { EntryBatch } from '../../common/collab/carried-meeting.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { entrustAnswerSchema, entrustPath, type EntrustOutcome } from '../../common/wire/entrust.ts';
import { createCarrierClient, DialError, readAll } from './carrier-client.ts';
import type { Credentials, DialProblem } from './dial.ts';

const ANSWER_BYTES = 4096;

/** Shows a relay the acts that make it one of the meeting's, so that it carries the meeting from now on. */
export async function entrustMeeting(
  address: string,
  credentials: Credentials,
  meeting: MeetingId,
  acts: EntryBatch,
): Promise<EntrustOutcome | DialProblem> {
  const client = createCarrierClient(address, credentials, 1);
  try {
    const certificates = acts.certificates.map((der) => toBase64(der));
    const body = Buffer.from(JSON.stringify({ certificates, acts: acts.entries }));
    const response = await client.put(entrustPath(meeting), body);
    const answer: unknown = JSON.parse(Buffer.from(await readAll(response, ANSWER_BYTES)).toString('utf8'));
    return entrustAnswerSchema.safeParse(answer).data?.outcome ?? 'failed';
  } catch (error) {
    return error instanceof DialError ? error.problem : 'failed';
  } finally {
    client.close();
  }
}
