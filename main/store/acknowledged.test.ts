import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, type Store } from './open-store.ts';
import { LAN, MEETING, temporaryFolder } from './store.fixtures.ts';

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

const at = (stream: 'acts' | 'doc/plan', seq: number) => ({ author: LAN, stream, seq });

it('what others have is remembered over a restart and never goes back', async () => {
  expect(store.acknowledged.list(MEETING)).toEqual([]);
  store.acknowledged.note(MEETING, [at('acts', 3), at('doc/plan', 7)]);
  store.acknowledged.note(MEETING, [at('acts', 5), at('doc/plan', 2)]);
  await store.close();
  store = openStore(folder.path);
  expect(store.acknowledged.list(MEETING)).toEqual([at('acts', 5), at('doc/plan', 7)]);
});

it('a position that breaks the rules of the table is stored with none of its batch', () => {
  expect(() => store.acknowledged.note(MEETING, [at('acts', 1), at('doc/plan', 0)])).toThrow(/CHECK/);
  expect(store.acknowledged.list(MEETING)).toEqual([]);
});
