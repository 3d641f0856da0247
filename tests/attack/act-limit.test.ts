import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ACTS_STREAM, MAX_ACTS_OF_AUTHOR, type Entry } from '../../common/acts/entry.ts';
import { asMeetingId, asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { openMeetingLog } from '../../main/meetings/meeting-log.ts';
import { memoryEntryLog } from '../../main/store/memory-entry-log.ts';

// Signatures are left out here: signing thousands of acts would take the test's whole time.
const MEETING = asMeetingId('a'.repeat(26));
const AUTHOR = asMemberId('00000000-0000-4000-8000-000000000001');
const hashOf = (text: string) => asSha256(createHash('sha256').update(text).digest('hex'));

function chain(length: number): Entry[] {
  const entries: Entry[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const prev = entries.at(-1)?.hash ?? null;
    const body = { how: 'remote' };
    const time = '2026-03-02T08:00:00.000Z';
    const payload = {
      v: 1,
      meeting: MEETING,
      author: AUTHOR,
      stream: ACTS_STREAM,
      seq,
      prev,
      time,
      kind: 'checked-in',
      body,
    } as const;
    const jws = JSON.stringify(payload);
    entries.push({ payload, jws, hash: hashOf(jws), certificate: hashOf('c') });
  }
  return entries;
}

test('a member cannot keep everyone busy with acts without number', async () => {
  const entries = chain(MAX_ACTS_OF_AUTHOR + 3);
  const byText = new Map(entries.map((entry) => [entry.jws, entry]));
  const log = openMeetingLog({
    meeting: MEETING,
    me: asMemberId('00000000-0000-4000-8000-000000000002'),
    store: {
      entries: memoryEntryLog(),
      own: { append: () => undefined, inDoubt: () => false, settle: () => undefined, onSettled: () => () => undefined },
      pending: {
        add: () => 0,
        remove: () => undefined,
        read: () => ({ upTo: 0, updates: [] }),
        commit: () => undefined,
        documents: () => [],
      },
      privateDocuments: { load: () => [], append: () => undefined },
      recordFork: () => undefined,
    },
    authentication: {
      sign: () => Promise.reject(new Error('nothing is signed here')),
      read: (jws) => ({ ok: true, entry: byText.get(jws)! }),
      verify: () => undefined,
    },
    certificates: {
      get: () => new Uint8Array(1),
      add: () => undefined,
      memberOf: () => ({ member: AUTHOR, name: '' }),
    },
    now: () => new Date(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    leads: () => false,
    mayHaveWritten: () => false,
    onEntry: () => undefined,
  });
  const { accepted, refused } = await log.receive({ entries: entries.map(({ jws }) => jws), certificates: [] }, AUTHOR);
  expect(accepted).toHaveLength(MAX_ACTS_OF_AUTHOR);
  expect(refused.map(({ reason }) => reason)).toEqual(['not-allowed', 'gap', 'gap']);
});
