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

/** An entry may have megabytes, and who signs one fork can sign hundreds: one convicts. With that much no further is kept. */
const MAX_PROOF_CHARACTERS = 1024 * 1024;

export interface ForkStore {
  /**
   * Keeps the first proof for each stream, later ones prove nothing more; of an author's streams as long as the proofs are
   * no longer than `MAX_PROOF_CHARACTERS`. Returns whether it was kept.
   */
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
  const kept = db
    .prepare<[MeetingId, MemberId], number>(
      'SELECT coalesce(sum(octet_length(ours) + octet_length(theirs)), 0) FROM forks WHERE meeting = ? AND author = ?',
    )
    .pluck();
  const all = db.prepare<[MeetingId], ForkRow>('SELECT * FROM forks WHERE meeting = ? ORDER BY noticed_at, author');
  return {
    record({ noticedAt, ...fork }) {
      if ((kept.get(fork.meeting, fork.author) ?? 0) > MAX_PROOF_CHARACTERS) return false;
      return add.run({ ...fork, noticed_at: noticedAt }).changes === 1;
    },
    list: (meeting) => all.all(meeting).map(({ noticed_at: noticedAt, ...fork }) => ({ ...fork, noticedAt })),
  };
}
