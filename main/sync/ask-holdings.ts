import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { holdingPath, paperHoldingSchema, type PaperHolding } from '../../common/wire/paper-holding.ts';
import { createCarrierClient, readAll, type CarrierClient } from './carrier-client.ts';
import type { Credentials } from './dial.ts';

const ANSWER_BYTES = 2048;
const PATIENCE_MILLISECONDS = 2500;

/** Asks one laptop what it has of papers of a meeting; null for what it doesn't answer in time. */
export async function askHoldings(
  address: string,
  credentials: Credentials,
  meeting: MeetingId,
  papers: readonly Sha256[],
): Promise<(PaperHolding | null)[]> {
  const client = createCarrierClient(address, credentials, 1);
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  try {
    return await Promise.all(papers.map((paper) => askHolding(client, meeting, paper, signal).catch(() => null)));
  } finally {
    client.close();
  }
}

/** null: it knows nothing of the paper, or what it said was no such answer. Rejects when it can't be reached. */
export async function askHolding(
  client: CarrierClient,
  meeting: MeetingId,
  paper: Sha256,
  signal: AbortSignal,
): Promise<PaperHolding | null> {
  const response = await client.get(holdingPath(meeting, paper), {}, signal);
  const body = await readAll(response, ANSWER_BYTES);
  if (response.statusCode !== 200) return null;
  try {
    return paperHoldingSchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
