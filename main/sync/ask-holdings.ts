import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import { holdingPath, paperHoldingSchema, type PaperHolding } from '../../common/wire/paper-holding.ts';
import { answeredBy, createCarrierClient, readAll, type CarrierClient } from './carrier-client.ts';
import type { Credentials } from './dial.ts';

const ANSWER_BYTES = 2048;
const PATIENCE_MILLISECONDS = 2500;

/** Asks one laptop what it has of papers of a meeting; null for what it doesn't answer in time, or somebody else there does. */
export async function askHoldings(
  { member, address }: { readonly member: MemberId; readonly address: string },
  credentials: Credentials,
  meeting: MeetingId,
  papers: readonly Sha256[],
): Promise<(PaperHolding | null)[]> {
  const client = createCarrierClient(address, credentials, 1);
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  try {
    return await Promise.all(
      papers.map(async (paper) => {
        const answer = await askHolding(client, member, meeting, paper, signal).catch(() => null);
        return answer === 'somebody-else' ? null : answer;
      }),
    );
  } finally {
    client.close();
  }
}

/**
 * null: it knows nothing of the paper, or what it said was no such answer; `somebody-else`: another member's laptop is at
 * that address. Rejects when it can't be reached.
 */
export async function askHolding(
  client: CarrierClient,
  member: MemberId,
  meeting: MeetingId,
  paper: Sha256,
  signal: AbortSignal,
): Promise<PaperHolding | 'somebody-else' | null> {
  const response = await client.get(holdingPath(meeting, paper), {}, signal);
  const other = answeredBy(response) !== member;
  const body = await readAll(response, ANSWER_BYTES);
  if (other) return 'somebody-else';
  if (response.statusCode !== 200) return null;
  try {
    return paperHoldingSchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
