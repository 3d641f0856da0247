import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EntryBatch } from '../../common/collab/carried-meeting.ts';
import { meetingIdSchema } from '../../common/acts/entry.ts';
import { asMeetingId, type MeetingId, type MemberId } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { entrustSchema, entrustStatus, MAX_ENTRUST_BYTES, type EntrustOutcome } from '../../common/wire/entrust.ts';

/** Takes in a meeting whose acts `batch` shows to be this relay's too; never throws for bad input. */
export type TakeMeeting = (meeting: MeetingId, batch: EntryBatch, from: MemberId) => Promise<EntrustOutcome>;

export interface EntrustAnswer {
  readonly status: number;
  readonly body: { readonly outcome: EntrustOutcome } | { readonly error: string };
}

/** So many are read at a time, one from each member: each may have megabytes, and take its time. */
const AT_ONCE = 8;

/** Answers `PUT /carry/<meeting>` of a member of the organisation. */
export function createEntrustRoute(options: { take: TakeMeeting; readonly logger: LinkLogger }) {
  const reading = new Set<MemberId>();

  return async (
    asked: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly from: MemberId },
    name: string,
  ): Promise<EntrustAnswer> => {
    const { request, response, from } = asked;
    const meeting = meetingIdSchema.safeParse(name);
    const length = Number(request.headers['content-length']);
    if (request.method !== 'PUT' || !meeting.success) return { status: 404, body: { error: 'unknown' } };
    if (!(length > 0 && length <= MAX_ENTRUST_BYTES)) return { status: 413, body: { error: 'wrong-length' } };
    if (reading.size >= AT_ONCE || reading.has(from)) return answerOf('failed');
    reading.add(from);
    try {
      if (request.headers.expect !== undefined) response.writeContinue();
      const parts: Buffer[] = [];
      // Node ends the body at its declared length.
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const body = entrustSchema.safeParse(parsed(Buffer.concat(parts)));
      if (!body.success) return { status: 422, body: { error: 'malformed' } };
      const batch = {
        entries: body.data.acts,
        certificates: body.data.certificates.map((text) => Buffer.from(text, 'base64')),
      };
      const outcome = await options.take(asMeetingId(meeting.data), batch, from);
      options.logger.info('asked to carry a meeting', { meeting: meeting.data, from, outcome });
      return answerOf(outcome);
    } catch (error) {
      options.logger.warn('meeting not taken in', { from, error: String(error) });
      return answerOf('failed');
    } finally {
      reading.delete(from);
    }
  };
}

const answerOf = (outcome: EntrustOutcome): EntrustAnswer => ({ status: entrustStatus[outcome], body: { outcome } });

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
