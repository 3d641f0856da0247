import type { Stream } from '../../common/acts/entry.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';

/** How far another laptop is known to have a stream. */
export interface AcknowledgedPosition {
  readonly author: MemberId;
  readonly stream: Stream;
  readonly seq: number;
}

/** What others are known to have, so that a restart doesn't count it as being only here. */
export interface AcknowledgedStore {
  list(meeting: MeetingId): AcknowledgedPosition[];
  /** Never goes back to a lower number. */
  note(meeting: MeetingId, positions: readonly AcknowledgedPosition[]): void;
}

export function acknowledgedStore(db: Database): AcknowledgedStore {
  const all = db.prepare<[MeetingId], AcknowledgedPosition>(
    'SELECT author, stream, seq FROM acknowledged WHERE meeting = ? ORDER BY author, stream',
  );
  const write = db.prepare<[{ meeting: MeetingId } & AcknowledgedPosition]>(
    `INSERT INTO acknowledged (meeting, author, stream, seq) VALUES (@meeting, @author, @stream, @seq)
     ON CONFLICT (meeting, author, stream) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq`,
  );
  return {
    list: (meeting) => all.all(meeting),
    note(meeting, positions) {
      db.transaction(() => {
        for (const { author, stream, seq } of positions) write.run({ meeting, author, stream, seq });
      }).immediate();
    },
  };
}
