import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { paperPath } from '../../common/wire/link.ts';
import { readAll, type CarrierClient } from './carrier-client.ts';
import { fetchPaced, type ArrivingChunk, type Pacing } from './pacing.ts';
import type { PaperJob, PaperProblem } from './paper-job.ts';

/** Room for an answer that is no chunk. */
const ANSWER_BYTES = 4096;
/** Begun chunks that are kept in memory for going on. */
const KEPT_PIECES = 4;

export interface ChunkSource {
  readonly meeting: MeetingId;
  readonly address: string;
  readonly client: CarrierClient;
  readonly pacing: Pacing;
  /** Ends the request. */
  readonly signal: AbortSignal;
  /** So many bytes came, whatever becomes of them. */
  readonly onBytes: (bytes: number) => void;
}

/** A chunk in as many pieces as the line asks for; what came of it before a cut is not asked for again. Not verified yet. */
export async function fetchChunk(
  job: PaperJob,
  index: number,
  source: ChunkSource,
): Promise<Uint8Array | PaperProblem> {
  const from = index * PAPER_CHUNK_BYTES;
  const got = await fetchPaced(
    arrivingOf(job, index, source.address),
    source.pacing,
    (start, end) => fetchPiece(job, from + start, from + end, source),
    source.signal,
  );
  job.arriving.delete(index);
  return got;
}

function arrivingOf({ paper, arriving, inFlight }: PaperJob, index: number, source: string): ArrivingChunk {
  const known = arriving.get(index);
  if (known?.source === source) return known;
  for (const other of arriving.keys()) if (arriving.size >= KEPT_PIECES && !inFlight.has(other)) arriving.delete(other);
  const length = Math.min(PAPER_CHUNK_BYTES, paper.size - index * PAPER_CHUNK_BYTES);
  const chunk = { source, bytes: new Uint8Array(length), have: 0 };
  arriving.set(index, chunk);
  return chunk;
}

/** `start` and `end` (the last one) are bytes of the paper. */
async function fetchPiece(
  { paper, speed }: PaperJob,
  start: number,
  end: number,
  { meeting, client, signal, onBytes }: ChunkSource,
): Promise<Uint8Array | PaperProblem> {
  const response = await client.get(paperPath(meeting, paper.sha256), { range: `bytes=${start}-${end}` }, signal);
  response.on('data', (part: Buffer) => {
    speed.add(part.byteLength);
    onBytes(part.byteLength);
  });
  const bytes = await readAll(response, Math.max(end - start + 1, ANSWER_BYTES));
  if (response.statusCode === 404) return 'not-there-yet';
  if (response.statusCode === 403) return 'certificate-refused';
  const whole = response.headers['content-range'] === `bytes ${start}-${end}/${paper.size}`;
  if (response.statusCode !== 206 || !whole || bytes.byteLength !== end - start + 1) return 'carrier-malformed';
  return bytes;
}
