import { request } from '../bridge/phien.ts';
import { notifyFailure } from '../ui/notify.ts';
import { go } from './router.ts';

/** Opens the meeting that is there to be played with. */
export async function openSample(): Promise<void> {
  try {
    const { meeting } = await request('sample.open', {});
    go({ screen: 'meeting', meeting });
  } catch (error) {
    notifyFailure(error);
  }
}
