import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { openStore, type Store } from '../store/open-store.ts';
import { MEETING, temporaryFolder } from '../store/store.fixtures.ts';
import { privateNotes } from './private-notes.ts';

const NAME = 'private/notes';
let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(folder.path);
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

/** Types letter by letter. */
function type(text: string): void {
  const doc = new Y.Doc();
  doc.on('update', (update: Uint8Array) => privateNotes(store).append(MEETING, NAME, update));
  for (const letter of text) doc.getText('text').insert(doc.getText('text').length, letter);
}

function read(): string {
  const doc = new Y.Doc();
  for (const update of privateNotes(store).load(MEETING, NAME)) Y.applyUpdate(doc, update);
  return doc.getText('text').toString();
}

const rows = () => store.privateDocuments.load(MEETING, NAME)?.updates.length;

test('notes that were typed letter by letter are one change after they were opened, and say the same', async () => {
  const text = 'Ghi chú riêng của tôi. '.repeat(30);
  type(text);
  expect(rows()).toBe(text.length);
  expect(read()).toBe(text);
  expect(rows()).toBe(1);
  await store.close();
  store = openStore(folder.path);
  expect(read()).toBe(text);
});

test('few changes stay as they are, and so do those of which one cannot be read', () => {
  type('Ngắn');
  expect(read()).toBe('Ngắn');
  expect(rows()).toBe(4);
  privateNotes(store).append(MEETING, NAME, Uint8Array.of(255, 255, 255));
  type('x'.repeat(600));
  expect(privateNotes(store).load(MEETING, NAME)).toHaveLength(605);
  expect(rows()).toBe(605);
});
