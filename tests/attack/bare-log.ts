import { createHash } from 'node:crypto';
import { ACTS_STREAM, type Entry, type EntryPayload } from '../../common/acts/entry.ts';
import { asMeetingId, asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { openMeetingLog, type WritableMeetingLog } from '../../main/meetings/meeting-log.ts';
import { memoryEntryLog } from '../../main/store/memory-entry-log.ts';

// A meeting's log with all checks but those of signatures: signing thousands of entries would take a test's whole time.
export const MEETING = asMeetingId('a'.repeat(26));
export const AUTHOR = asMemberId('00000000-0000-4000-8000-000000000001');
export const OTHER = asMemberId('00000000-0000-4000-8000-000000000003');
export const hashOf = (text: string) => asSha256(createHash('sha256').update(text).digest('hex'));
const CHECKED_IN = { kind: 'checked-in', body: { how: 'remote' } };

/** `padding`: the characters of its signature, which nobody looks at. */
export function entryOf(payload: EntryPayload, padding = 0): Entry {
  const jws = `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${'A'.repeat(padding)}`;
  return { payload, jws, hash: hashOf(jws), certificate: hashOf(payload.author) };
}

export function chain(
  length: number,
  author = AUTHOR,
  act: Pick<Entry['payload'], 'kind' | 'body'> = CHECKED_IN,
): Entry[] {
  const entries: Entry[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const prev = entries.at(-1)?.hash ?? null;
    const time = '2026-03-02T08:00:00.000Z';
    const payload = { v: 1, meeting: MEETING, author, stream: ACTS_STREAM, seq, prev, time, ...act } as const;
    entries.push(entryOf(payload));
  }
  return entries;
}

/** `refuses`: the disk takes no transaction with such an entry. */
export function openLog(
  known: readonly Entry[],
  refuses: (entry: Entry) => boolean = () => false,
): { readonly log: WritableMeetingLog; readonly transactions: number[]; readonly forks: Entry[] } {
  const byText = new Map(known.map((entry) => [entry.jws, entry]));
  const entries = memoryEntryLog();
  const transactions: number[] = [];
  const forks: Entry[] = [];
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
      recordFork: (_known, other) => void forks.push(other),
    },
    authentication: {
      course: () => 'good',
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
    mayHaveWritten: () => true,
    onEntry: () => undefined,
  });
  return { log, transactions, forks };
}

export const batchOf = (entries: readonly Entry[]) => ({ entries: entries.map(({ jws }) => jws), certificates: [] });
