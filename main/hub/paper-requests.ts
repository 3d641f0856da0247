import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import { asSha256, type MemberId } from '../../common/domain/ids.ts';
import type { PaperIntake } from './paper-intake.ts';
import { answerPaper } from './paper-route.ts';

/**
 * Answers what is asked about papers of a meeting by one of its people: `/missing/<meeting>`, and `paper` with its
 * chunks. Returns what to answer instead: a status, or JSON; null when it is answered already or will be.
 */
export async function answerPaperRequest(
  asked: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly meeting: CarriedMeeting;
    readonly from: MemberId;
    readonly route: string | undefined;
    readonly rest: readonly string[];
  },
  /** undefined: this laptop takes no papers. */
  intake: PaperIntake | undefined,
): Promise<PaperAnswer | null> {
  const { request, response, meeting, from, route, rest } = asked;
  const put = request.method === 'PUT';
  const [name = '', part, ...more] = rest;
  if (more.length > 0) return UNKNOWN;
  if (route === 'missing') {
    if (rest.length > 0 || put || !intake) return UNKNOWN;
    const papers = [...meeting.namedPapers().keys()].filter((paper) => !meeting.paperFile(paper));
    return { status: 200, body: { papers } };
  }
  if (!/^[0-9a-f]{64}$/.test(name)) return UNKNOWN;
  const sha256 = asSha256(name);
  if (part === undefined) {
    const file = put ? undefined : meeting.paperFile(sha256);
    if (!file) return UNKNOWN;
    answerPaper(request, response, { sha256, ...file });
    return null;
  }
  const paper = meeting.namedPapers().get(sha256);
  if (!intake || !paper) return UNKNOWN;
  if (part === 'missing' && !put) {
    const chunks = await intake.missing(paper);
    return chunks === 'wrong-manifest' ? { status: 422, body: { error: chunks } } : { status: 200, body: { chunks } };
  }
  if (!put || !/^(0|[1-9]\d{0,3})$/.test(part)) return UNKNOWN;
  intake.take(request, response, from, paper, Number(part));
  return null;
}

export interface PaperAnswer {
  readonly status: number;
  readonly body: unknown;
}

const UNKNOWN: PaperAnswer = { status: 404, body: { error: 'unknown' } };
