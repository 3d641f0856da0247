import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FoundMeeting } from '../../common/contract/requests.ts';
import { asMeetingId } from '../../common/domain/ids.ts';
import { lookForMeetings } from './found-meetings.ts';
import type { FoundHost } from './ports.ts';

const MEETING = asMeetingId('a'.repeat(26));
const host = (address: string): FoundHost => ({ address, meetings: [MEETING] });
const ONE = { meeting: MEETING, title: 'Họp', start: '', carriedBy: 'Hà Văn Mẫu' };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

function looking(look: (address: string) => Promise<(typeof ONE)[]>) {
  let hear: (hosts: readonly FoundHost[]) => void = () => undefined;
  const told: (readonly FoundMeeting[])[] = [];
  const { close } = lookForMeetings({
    network: { onFound: (listener) => ((hear = listener), () => undefined), look },
    isJoined: () => false,
    onFound: (found) => told.push(found),
  });
  return { found: (hosts: readonly FoundHost[]) => hear(hosts), told, close };
}

test('[FIND-3] whoever says that laptops are everywhere, over and over, has few of them dialled', async () => {
  let [dialled, atOnce, most] = [0, 0, 0];
  const it = looking(async () => {
    dialled++;
    most = Math.max(most, ++atOnce);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    atOnce--;
    throw new Error('unreachable');
  });
  for (let packet = 0; packet < 1000; packet++) {
    it.found(Array.from({ length: 200 }, (_, index) => host(`10.${packet % 200}.0.${index}:443`)));
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(most).toBeLessThanOrEqual(16);
  expect(dialled).toBeLessThan(100);
  it.close();
});

test('a host that answers is told of while another does not, and that one is asked again', async () => {
  let awake = false;
  const it = looking(async (address) => {
    if (address === 'b:1' && !awake) {
      await new Promise((resolve) => setTimeout(resolve, 5000));
      throw new Error('unreachable');
    }
    return [ONE];
  });
  it.found([host('a:1'), host('b:1')]);
  await vi.advanceTimersByTimeAsync(100);
  expect(it.told.at(-1)?.map(({ address }) => address)).toEqual(['a:1']);
  awake = true;
  await vi.advanceTimersByTimeAsync(11_000);
  expect(it.told.at(-1)?.map(({ address }) => address)).toEqual(['a:1', 'b:1']);
  it.found([host('b:1')]);
  expect(it.told.at(-1)?.map(({ address }) => address)).toEqual(['b:1']);
  it.found([host('b:1'), host('c:1')]);
  await vi.advanceTimersByTimeAsync(600);
  expect(it.told.at(-1)?.map(({ address }) => address)).toEqual(['b:1', 'c:1']);
  it.close();
});
