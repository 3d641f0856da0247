import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import type { PaperParts, WantedPaper } from '../../common/collab/paper-parts.ts';
import { asSha256, type MeetingId, type MemberId, type Sha256 } from '../../common/domain/ids.ts';
import { encodeChunks, type PaperHolding } from '../../common/wire/paper-holding.ts';
import type { PaperIntake } from './paper-intake.ts';
import { answerPaper, answerPart } from './paper-route.ts';
import type { PaperSending } from './paper-sending.ts';

/** What this laptop has of papers, and is just fetching itself; others of the meeting take it from here. */
export interface PaperShelf {
  readonly held: PaperParts['held'];
  fetching(meeting: MeetingId, paper: Sha256): Omit<PaperHolding, 'chunks'> | undefined;
}

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
    /** Nothing of papers is handed out. */
    readonly withheld: boolean;
  },
  /** undefined: this laptop takes no papers. */
  intake: PaperIntake | undefined,
  /** undefined: only whole papers are handed out. */
  shelf: PaperShelf | undefined,
  sending: PaperSending,
): Promise<PaperAnswer | null> {
  const { request, response, meeting, from, route, rest, withheld } = asked;
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
  const paper = meeting.namedPapers().get(sha256);
  if (part === undefined) {
    if (withheld) return UNKNOWN;
    const file = put ? undefined : meeting.paperFile(sha256);
    if (file) await answerPaper(request, response, { sha256, ...file }, sending);
    else if (put || !paper || !shelf) return UNKNOWN;
    else if (!(await answerPart(request, response, paper, () => shelf.held(sha256), sending))) return UNKNOWN;
    return null;
  }
  if (part === 'have' && !put) {
    return paper && shelf ? { status: 200, body: { ...holdingOf(meeting, paper, shelf), withheld } } : UNKNOWN;
  }
  if (!intake || !paper) return UNKNOWN;
  if (part === 'missing' && !put) {
    const chunks = await intake.missing(paper);
    return chunks === 'wrong-manifest' ? { status: 422, body: { error: chunks } } : { status: 200, body: { chunks } };
  }
  if (!put || !/^(0|[1-9]\d{0,3})$/.test(part)) return UNKNOWN;
  intake.take(request, response, from, paper, Number(part));
  return null;
}

function holdingOf(meeting: CarriedMeeting, paper: WantedPaper, shelf: PaperShelf): PaperHolding {
  const whole = meeting.paperFile(paper.sha256) !== undefined;
  const held = whole ? undefined : shelf.held(paper.sha256);
  return {
    chunks: encodeChunks(paper.chunks.length, (chunk) => whole || held?.has(chunk) === true),
    ...(shelf.fetching(meeting.id, paper.sha256) ?? { coming: [], received: 0, active: whole }),
  };
}

export interface PaperAnswer {
  readonly status: number;
  readonly body: unknown;
}

const UNKNOWN: PaperAnswer = { status: 404, body: { error: 'unknown' } };
