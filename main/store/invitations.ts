import type { Database } from './database.ts';
import { parseJson } from './settings.ts';

/** Invitations with what came of them, on the laptop that holds the authority: records as the enrolment desk has them. */
export interface InvitationStore {
  list(): unknown[];
  /** Replaces the record of that id. */
  save(id: string, record: object): void;
}

export function invitationStore(db: Database): InvitationStore {
  const all = db.prepare<[], { record: string }>('SELECT record FROM invitations ORDER BY id');
  const write = db.prepare<[string, string]>(
    'INSERT INTO invitations (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record',
  );
  return {
    list: () => all.all().map(({ record }) => parseJson(record)),
    save: (id, record) => void write.run(id, JSON.stringify(record)),
  };
}
