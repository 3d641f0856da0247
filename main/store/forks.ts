import type { Stream } from '../../common/acts/entry.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';

/** Two entries signed by one author that can't both be of one stream: proof of equivocation. */
export interface Fork {
  readonly meeting: MeetingId;
  readonly author: MemberId;
  readonly stream: Stream;
  /** The one kept in the log: of the same number, or the one that `theirs` should have named as its past. */
  readonly ours: string;
  readonly theirs: string;
  /** RFC 3339. */
  readonly noticedAt: string;
}

export interface ForkStore {
  /** Keeps the first proof for each stream; later ones prove nothing more. Returns whether this was the first. */
  record(fork: Fork): boolean;
  list(meeting: MeetingId): Fork[];
}

interface ForkRow extends Omit<Fork, 'noticedAt'> {
  readonly noticed_at: string;
}

export function forkStore(db: Database): ForkStore {
  const add = db.prepare<[ForkRow]>(
    `INSERT INTO forks (meeting, author, stream, ours, theirs, noticed_at)
     VALUES (@meeting, @author, @stream, @ours, @theirs, @noticed_at) ON CONFLICT DO NOTHING`,
  );
  const all = db.prepare<[MeetingId], ForkRow>('SELECT * FROM forks WHERE meeting = ? ORDER BY noticed_at, author');
  return {
    record: ({ noticedAt, ...fork }) => add.run({ ...fork, noticed_at: noticedAt }).changes === 1,
    list: (meeting) => all.all(meeting).map(({ noticed_at: noticedAt, ...fork }) => ({ ...fork, noticedAt })),
  };
}
