import { request, type IncomingMessage } from 'node:http';
import {
  carrierPath,
  carrierReportSchema,
  isOwnClaim,
  MAX_REPORT_BYTES,
  noticePath,
  type Answer,
  type Epoch,
} from '../../common/wire/carrier.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { readAll } from './carrier-client.ts';
import { dial, type Credentials } from './dial.ts';

export interface CarrierQuestion {
  /** Milliseconds. */
  readonly within: number;
  readonly notice?: { readonly epoch: Epoch; readonly port: number };
  /** Nobody needs the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the laptop at `host:port` who carries the meeting; with `notice`, tells it that this one does. Resolves with null
 * when it doesn't answer within so many milliseconds, doesn't attend the meeting, or answers nonsense (that it carries the
 * meeting with somebody else's epoch, too); `unheard`: nothing
 * shows that there is a computer at all.
 */
export async function askCarrier(
  address: string,
  meeting: MeetingId,
  credentials: Credentials,
  { within, notice, signal }: CarrierQuestion,
): Promise<Answer | 'unheard' | null> {
  const began = performance.now();
  const dialed = await dial(address, credentials, signal, { within });
  if (!dialed.ok) return dialed.heard ? null : 'unheard';
  const { socket } = dialed;
  const late = setTimeout(() => socket.destroy(), Math.max(1, within - (performance.now() - began)));
  const stop = () => socket.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const path = notice ? noticePath(meeting, notice.epoch, notice.port) : carrierPath(meeting);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { connection: 'close', 'content-length': 0 };
      const asked = request({
        createConnection: () => socket,
        host: 'carrier',
        path,
        method: notice ? 'PUT' : 'GET',
        headers,
      });
      asked.on('response', resolve).on('error', reject).end();
    });
    const body = await readAll(response, MAX_REPORT_BYTES);
    if (response.statusCode !== 200) return null;
    const parsed = carrierReportSchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
    const by = dialed.peer.member;
    return parsed.success && isOwnClaim(parsed.data, by) ? { ...parsed.data, by } : null;
  } catch {
    return null;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', stop);
    socket.destroy();
  }
}
