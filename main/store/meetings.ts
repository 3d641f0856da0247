import { z } from 'zod';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';
import { parseJson } from './settings.ts';

/** What a list of meetings shows without opening them: a cache of what plan and acts said last. */
const summarySchema = z.object({
  title: z.string(),
  kind: z.string(),
  /** RFC 3339 with offset. */
  start: z.string(),
  place: z.string(),
  phase: z.enum(['draft', 'convened', 'open', 'closed', 'sealed']),
});
export type StoredSummary = z.infer<typeof summarySchema>;
const addressesSchema = z.array(z.string());
const UNKNOWN: StoredSummary = { title: '', kind: '', start: '', place: '', phase: 'draft' };

export interface StoredMeeting {
  readonly id: MeetingId;
  /** null until the first act or a host told. */
  readonly convener: MemberId | null;
  /** Proves with the convener that `id` is theirs; null until known. */
  readonly nonce: string | null;
  readonly summary: StoredSummary;
  /** From a package: looked at, never changed. */
  readonly readOnly: boolean;
  /** This laptop carries it: a restart carries on. */
  readonly carrying: boolean;
  /** Where its host was reached last, best first (`host:port`). */
  readonly addresses: readonly string[];
  readonly createdAt: string;
}

export interface MeetingStore {
  /** Latest start first. */
  list(): StoredMeeting[];
  get(id: MeetingId): StoredMeeting | undefined;
  put(meeting: StoredMeeting): void;
  setOrigin(id: MeetingId, convener: MemberId, nonce: string): void;
  setSummary(id: MeetingId, summary: StoredSummary): void;
  setCarrying(id: MeetingId, carrying: boolean): void;
  setAddresses(id: MeetingId, addresses: readonly string[]): void;
}

interface MeetingRow {
  readonly id: MeetingId;
  readonly convener: MemberId | null;
  readonly nonce: string | null;
  readonly summary: string;
  readonly read_only: number;
  readonly carrying: number;
  readonly addresses: string;
  readonly created_at: string;
}

export function meetingStore(db: Database): MeetingStore {
  const all = db.prepare<[], MeetingRow>('SELECT * FROM meetings ORDER BY created_at DESC, id');
  const one = db.prepare<[MeetingId], MeetingRow>('SELECT * FROM meetings WHERE id = ?');
  const write = db.prepare<[MeetingRow]>(
    `INSERT OR REPLACE INTO meetings (id, convener, nonce, summary, read_only, carrying, addresses, created_at)
     VALUES (@id, @convener, @nonce, @summary, @read_only, @carrying, @addresses, @created_at)`,
  );
  const setOrigin = db.prepare<[MemberId, string, MeetingId]>(
    'UPDATE meetings SET convener = ?, nonce = ? WHERE id = ?',
  );
  const setSummary = db.prepare<[string, MeetingId]>('UPDATE meetings SET summary = ? WHERE id = ?');
  const setCarrying = db.prepare<[number, MeetingId]>('UPDATE meetings SET carrying = ? WHERE id = ?');
  const setAddresses = db.prepare<[string, MeetingId]>('UPDATE meetings SET addresses = ? WHERE id = ?');
  return {
    list() {
      const startOf = (meeting: StoredMeeting) => Date.parse(meeting.summary.start) || 0;
      return all
        .all()
        .map(meetingFrom)
        .sort((a, b) => startOf(b) - startOf(a));
    },
    get(id) {
      const row = one.get(id);
      return row && meetingFrom(row);
    },
    put(meeting) {
      write.run({
        id: meeting.id,
        convener: meeting.convener,
        nonce: meeting.nonce,
        summary: JSON.stringify(meeting.summary),
        read_only: meeting.readOnly ? 1 : 0,
        carrying: meeting.carrying ? 1 : 0,
        addresses: JSON.stringify(meeting.addresses),
        created_at: meeting.createdAt,
      });
    },
    setOrigin: (id, convener, nonce) => void setOrigin.run(convener, nonce, id),
    setSummary: (id, summary) => void setSummary.run(JSON.stringify(summary), id),
    setCarrying: (id, carrying) => void setCarrying.run(carrying ? 1 : 0, id),
    setAddresses: (id, addresses) => void setAddresses.run(JSON.stringify(addresses), id),
  };
}

const meetingFrom = (row: MeetingRow): StoredMeeting => ({
  id: row.id,
  convener: row.convener,
  nonce: row.nonce,
  summary: summarySchema.safeParse(parseJson(row.summary)).data ?? UNKNOWN,
  readOnly: row.read_only === 1,
  carrying: row.carrying === 1,
  addresses: addressesSchema.safeParse(parseJson(row.addresses)).data ?? [],
  createdAt: row.created_at,
});
