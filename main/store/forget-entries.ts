import type { MeetingId } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';

/** Takes a meeting's entries out, with the proofs of forks among them. */
export function forgetEntries(db: Database): (meeting: MeetingId) => void {
  const streams = 'SELECT id FROM streams WHERE meeting = ?';
  const removals = [
    `DELETE FROM snapshots WHERE stream IN (${streams})`,
    `DELETE FROM entries WHERE stream IN (${streams})`,
    'DELETE FROM streams WHERE meeting = ?',
    'DELETE FROM forks WHERE meeting = ?',
  ].map((sql) => db.prepare<[MeetingId]>(sql));
  const remove = db.transaction((meeting: MeetingId) => {
    for (const removal of removals) removal.run(meeting);
  });
  return (meeting) => remove.immediate(meeting);
}
