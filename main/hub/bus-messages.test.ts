import { expect, test } from 'vitest';
import { asMemberId } from '../../common/domain/ids.ts';
import { decodeSpoken, inMessages, type BusFrame } from './bus-messages.ts';

const member = asMemberId('00000000-0000-4000-8000-000000000001');
const frame = (client: number, bytes = 3): BusFrame => ({
  client,
  member,
  document: 'minutes',
  message: new Uint8Array(bytes).fill(1),
});

test('[RELAY-4] however much is said at a time, all of it can be read at the other relay', () => {
  const many = Array.from({ length: 25_001 }, (_, client) => frame(client));
  const large = [frame(1, 900_000), frame(2, 200_000), frame(3, 5_000_000), frame(4)];
  for (const frames of [[], many, large]) {
    const read = [...inMessages('máy một', frames)].map((message) => decodeSpoken(message));
    expect(read.flatMap((spoken) => (spoken?.type === 'frames' ? spoken.frames : []))).toHaveLength(frames.length);
  }
  const sizes = [...inMessages('máy một', large)].map(({ byteLength }) => byteLength);
  expect(sizes.filter((size) => size > 1_100_000)).toHaveLength(1);
});
