import type { z } from 'zod';
import type { Database } from './database.ts';
import { withoutSync } from './deferred-sync.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface SettingsStore {
  /** Undefined when absent or not what `schema` wants (set by another version): the caller has a default. */
  get<T>(key: string, schema: z.ZodType<T>): T | undefined;
  set(key: string, value: Json): void;
  /** As `set`, but a power cut may undo it, since it does not wait for the disk. Not within a transaction. */
  note(key: string, value: Json): void;
  remove(key: string): void;
}

export function settingsStore(db: Database): SettingsStore {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM settings WHERE key = ?');
  const write = db.prepare<[string, string]>(
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare<[string]>('DELETE FROM settings WHERE key = ?');
  return {
    get(key, schema) {
      const row = read.get(key);
      return row && schema.safeParse(parseJson(row.value)).data;
    },
    set(key, value) {
      write.run(key, JSON.stringify(value));
    },
    note(key, value) {
      withoutSync(db, () => void write.run(key, JSON.stringify(value)));
    },
    remove(key) {
      remove.run(key);
    },
  };
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
