import {
  carrierPath,
  carrierReportSchema,
  noticePath,
  type CarrierReport,
  type Epoch,
} from '../../common/wire/carrier.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { createCarrierClient, readAll } from './carrier-client.ts';
import type { Credentials } from './dial.ts';

const MAX_REPORT_BYTES = 4096;

/**
 * Asks the laptop at `host:port` who carries the meeting; with `notice`, tells it that this one does. Resolves with null
 * when it can't be reached within that time, doesn't attend the meeting, or answers nonsense.
 */
export async function askCarrier(
  address: string,
  meeting: MeetingId,
  credentials: Credentials,
  options: { readonly within: number; readonly notice?: { readonly epoch: Epoch; readonly port: number } },
): Promise<CarrierReport | null> {
  const client = createCarrierClient(address, credentials, 1);
  const signal = AbortSignal.timeout(options.within);
  const { notice } = options;
  try {
    const response = notice
      ? await client.put(noticePath(meeting, notice.epoch, notice.port), new Uint8Array(0), signal)
      : await client.get(carrierPath(meeting), {}, signal);
    const body = await readAll(response, MAX_REPORT_BYTES);
    if (response.statusCode !== 200) return null;
    const parsed = carrierReportSchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  } finally {
    client.close();
  }
}
