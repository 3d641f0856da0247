import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal, readJournal, type JournalRecord } from './own-journal.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'phien-journal-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const entry = (jws: string): JournalRecord => ({ kind: 'entry', jws });
const kept = () => readJournal(folder, 1);

/** Opens the file anew, with these flags, in the place of the descriptor that the journal writes on. */
function reopen(descriptor: number, flags: string): void {
  closeSync(descriptor);
  const below: number[] = [];
  for (let opened = -1; opened !== descriptor;) {
    opened = openSync(join(folder, 'own-1.log'), flags);
    if (opened !== descriptor) below.push(opened);
  }
  for (const one of below) closeSync(one);
}

const descriptorOf = (file: string): number =>
  Number(
    readdirSync('/proc/self/fd').find((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`) === file;
      } catch {
        return false;
      }
    }),
  );

test('what was added and taken back leaves no trace', () => {
  const journal = openJournal(folder, 1);
  journal.add(entry('một'));
  journal.add(entry('hai'))();
  journal.add(entry('hai, lần nữa'));
  expect(kept()).toMatchObject({ records: [entry('một'), entry('hai, lần nữa')], whole: true });
  journal.close();
});

test('once it is closed it touches no file that has its number since', () => {
  const journal = openJournal(folder, 1);
  journal.close();
  const other = join(folder, 'khác');
  const opened = openSync(other, 'a+');
  expect(() => journal.add(entry('một'))).toThrow(/closed/);
  expect(() => journal.next()).toThrow(/closed/);
  expect(readFileSync(other, 'utf8')).toBe('');
  expect(kept().records).toEqual([]);
  closeSync(opened);
});

test.skipIf(process.platform !== 'linux')(
  '[LOG-9] nothing is added behind what could not be taken back, until it is taken back',
  () => {
    const journal = openJournal(folder, 1);
    journal.add(entry('một'));
    const takeBack = journal.add(entry('hai'));
    const descriptor = descriptorOf(join(folder, 'own-1.log'));
    // The system refuses to cut a file that is open for reading only, and to write on it.
    reopen(descriptor, 'r');
    takeBack();
    expect(() => journal.add(entry('hai, lần nữa'))).toThrow(/EINVAL|EBADF/);
    expect(() => journal.next()).toThrow(/EINVAL|EBADF/);
    reopen(descriptor, 'a+');
    journal.add(entry('hai, lần nữa'));
    expect(kept()).toMatchObject({ records: [entry('một'), entry('hai, lần nữa')], whole: true });
    journal.next();
    journal.add(entry('ba'));
    expect(kept().records).toEqual([entry('một'), entry('hai, lần nữa'), entry('ba')]);
    journal.close();
  },
);
