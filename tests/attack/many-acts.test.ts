import { expect, test } from 'vitest';
import { MAX_ACT_CHARACTERS, MAX_ACTS_OF_AUTHOR } from '../../common/acts/entry.ts';
import { AUTHOR, batchOf, chain, entryOf, openLog, OTHER } from './bare-log.ts';

test('a member cannot keep everyone busy with acts without number', async () => {
  const entries = chain(MAX_ACTS_OF_AUTHOR + 3);
  const { log } = openLog(entries);
  const { accepted, refused } = await log.receive(batchOf(entries), AUTHOR);
  expect(accepted).toHaveLength(MAX_ACTS_OF_AUTHOR);
  expect(refused.map(({ reason }) => reason)).toEqual(['too-much', 'gap', 'gap']);
});

test('nor fill everyone’s memory with large ones', async () => {
  const body = { role: 'chair', revision: 'a'.repeat(64), increment: 'x'.repeat(300_000) };
  const entries = chain(100, AUTHOR, { kind: 'minutes-signed', body });
  const { log } = openLog(entries);
  const { accepted, refused } = await log.receive(batchOf(entries), AUTHOR);
  const characters = accepted.reduce((sum, { jws }) => sum + jws.length, 0);
  expect(characters).toBeGreaterThan(MAX_ACT_CHARACTERS);
  expect(characters).toBeLessThan(MAX_ACT_CHARACTERS + 500_000);
  expect(refused[0]?.reason).toBe('too-much');
  // Others are not held to account for it.
  const others = chain(1, OTHER);
  expect((await openLog([...entries, ...others]).log.receive(batchOf(others), OTHER)).refused).toEqual([]);
});

test('[LOG-7] who signs one number again and again has one proof of it read and kept', async () => {
  const [first] = chain(1);
  const others = Array.from({ length: 5 }, (_, index) =>
    entryOf({ ...first!.payload, body: { how: index % 2 ? 'remote' : 'in-person', n: index } }),
  );
  const { log, forks } = openLog([first!, ...others]);
  await log.receive(batchOf([first!]), AUTHOR);
  const { refused } = await log.receive(batchOf(others), AUTHOR);
  expect(refused.map(({ reason }) => reason)).toEqual(others.map(() => 'fork'));
  expect(forks).toEqual([others[0]]);
});

test('[LOG-11] what several bring at a time is one transaction, and each is told of the own', async () => {
  const [first, second] = [chain(3), chain(2, OTHER)];
  const { log, transactions } = openLog([...first, ...second]);
  const told: [number, string][] = [];
  log.onStored((entries, from) => told.push([entries.length, from]));
  const results = await Promise.all([
    log.receive(batchOf(first), AUTHOR),
    log.receive(batchOf(second), OTHER),
    log.receive(batchOf(first), OTHER),
  ]);
  expect(results.map(({ accepted }) => accepted.length)).toEqual([3, 2, 0]);
  expect(told).toEqual([
    [3, AUTHOR],
    [2, OTHER],
  ]);
  expect(transactions).toEqual([5]);
});

test('[LOG-11] a batch that cannot be stored costs no other', async () => {
  const [first, second] = [chain(3), chain(2, OTHER)];
  const { log } = openLog([...first, ...second], ({ payload }) => payload.author === OTHER);
  const results = await Promise.allSettled([log.receive(batchOf(first), AUTHOR), log.receive(batchOf(second), OTHER)]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(log.heads()).toMatchObject([{ author: AUTHOR, seq: 3 }]);
});

test('[LOG-11] a listener that fails over what one brought hears of what the others brought', async () => {
  const [first, second] = [chain(3), chain(2, OTHER)];
  const { log } = openLog([...first, ...second]);
  const told: string[] = [];
  log.onStored((_entries, from) => {
    told.push(from);
    if (from === AUTHOR) throw new Error('not understood');
  });
  const results = await Promise.all([log.receive(batchOf(first), AUTHOR), log.receive(batchOf(second), OTHER)]);
  expect(told).toEqual([AUTHOR, OTHER]);
  expect(results.map(({ accepted }) => accepted.length)).toEqual([3, 2]);
});
