import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ACTS_STREAM, MAX_ACT_CHARACTERS, MAX_ACTS_OF_AUTHOR, type Entry } from '../../common/acts/entry.ts';
import { asMeetingId, asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { openMeetingLog } from '../../main/meetings/meeting-log.ts';
import { memoryEntryLog } from '../../main/store/memory-entry-log.ts';

// Signatures are left out here: signing thousands of acts would take the test's whole time.
const MEETING = asMeetingId('a'.repeat(26));
const AUTHOR = asMemberId('00000000-0000-4000-8000-000000000001');
const OTHER = asMemberId('00000000-0000-4000-8000-000000000003');
const hashOf = (text: string) => asSha256(createHash('sha256').update(text).digest('hex'));
const CHECKED_IN = { kind: 'checked-in', body: { how: 'remote' } };

function chain(length: number, author = AUTHOR, act: Pick<Entry['payload'], 'kind' | 'body'> = CHECKED_IN): Entry[] {
  const entries: Entry[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const prev = entries.at(-1)?.hash ?? null;
    const time = '2026-03-02T08:00:00.000Z';
    const payload = {
      v: 1,
      meeting: MEETING,
      author,
      stream: ACTS_STREAM,
      seq,
      prev,
      time,
      ...act,
    } as const;
    const jws = JSON.stringify(payload);
    entries.push({ payload, jws, hash: hashOf(jws), certificate: hashOf(author) });
  }
  return entries;
}

/** `refuses`: the disk takes no transaction with such an entry. */
function openLog(known: readonly Entry[], refuses: (entry: Entry) => boolean = () => false) {
  const byText = new Map(known.map((entry) => [entry.jws, entry]));
  const entries = memoryEntryLog();
  const transactions: number[] = [];
  const log = openMeetingLog({
    meeting: MEETING,
    me: asMemberId('00000000-0000-4000-8000-000000000002'),
    store: {
      entries: {
        ...entries,
        appendSoon(added) {
          if (added.some(refuses)) throw new Error('not taken');
          transactions.push(added.length);
          return entries.appendSoon(added);
        },
      },
      own: { append: () => undefined, inDoubt: () => false, settle: () => undefined, onSettled: () => () => undefined },
      pending: {
        add: () => 0,
        remove: () => undefined,
        read: () => ({ upTo: 0, updates: [] }),
        commit: () => undefined,
        documents: () => [],
      },
      shown: { put: () => Promise.resolve(), read: () => [], documents: () => [] },
      privateDocuments: { load: () => [], append: () => undefined },
      recordFork: () => undefined,
    },
    authentication: {
      sign: () => Promise.reject(new Error('nothing is signed here')),
      read: (jws) => ({ ok: true, entry: byText.get(jws)! }),
      verify: () => undefined,
    },
    certificates: {
      get: (fingerprint) => Buffer.from(fingerprint, 'hex'),
      add: () => undefined,
      memberOf: (certificate) => ({
        member: Buffer.from(certificate).toString('hex') === hashOf(OTHER) ? OTHER : AUTHOR,
        name: '',
      }),
    },
    now: () => new Date(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    leads: () => false,
    mayHaveWritten: () => false,
    onEntry: () => undefined,
  });
  return { log, transactions };
}

const batchOf = (entries: readonly Entry[]) => ({ entries: entries.map(({ jws }) => jws), certificates: [] });

test('a member cannot keep everyone busy with acts without number', async () => {
  const entries = chain(MAX_ACTS_OF_AUTHOR + 3);
  const { log } = openLog(entries);
  const { accepted, refused } = await log.receive(batchOf(entries), AUTHOR);
  expect(accepted).toHaveLength(MAX_ACTS_OF_AUTHOR);
  expect(refused.map(({ reason }) => reason)).toEqual(['not-allowed', 'gap', 'gap']);
});

test('nor fill everyone’s memory with large ones', async () => {
  const body = { role: 'chair', revision: 'a'.repeat(64), increment: 'x'.repeat(400_000) };
  const entries = chain(100, AUTHOR, { kind: 'minutes-signed', body });
  const { log } = openLog(entries);
  const { accepted, refused } = await log.receive(batchOf(entries), AUTHOR);
  const characters = accepted.reduce((sum, { jws }) => sum + jws.length, 0);
  expect(characters).toBeGreaterThan(MAX_ACT_CHARACTERS);
  expect(characters).toBeLessThan(MAX_ACT_CHARACTERS + 500_000);
  expect(refused[0]?.reason).toBe('not-allowed');
  // Others are not held to account for it.
  const others = chain(1, OTHER);
  expect((await openLog([...entries, ...others]).log.receive(batchOf(others), OTHER)).refused).toEqual([]);
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
