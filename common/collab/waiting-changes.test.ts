import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { createWaitingChanges } from './waiting-changes.ts';

it('goes on with what waits after one of them could not be tried', () => {
  const doc = new Y.Doc();
  const client = 7;
  const tried: string[] = [];
  const waiting = createWaitingChanges<string>(doc, 10, (item) => {
    tried.push(item);
    if (item === 'unreadable') throw new Error('the disk');
  });
  const typed = (clock: number): void => {
    doc.clientID = client;
    doc.getText('text').insert(clock, 'x');
  };
  waiting.add([{ client, clock: 0 }], 'unreadable');
  waiting.add([{ client, clock: 0 }], 'beside it');
  expect(() => typed(0)).toThrow('the disk');
  waiting.add([{ client, clock: 1 }], 'later');
  typed(1);
  expect(tried).toEqual(['unreadable', 'beside it', 'later']);
  expect(waiting.any()).toBe(false);
});
