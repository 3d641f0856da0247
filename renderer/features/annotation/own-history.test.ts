import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { addStroke, removeAnnotations, strokesOf } from '../../../common/collab/annotations.ts';
import type { Stroke } from '../../../common/collab/stroke.ts';
import { createOwnHistory, OWN_CHANGE } from './own-history.ts';

const stroke: Stroke = { tool: 'pen', colour: 0, width: 1, page: 1, points: Float64Array.of(1, 2, 3, 4) };

it('undoes shared and private ink in the order of drawing, and nobody else’s', () => {
  const shared = new Y.Doc();
  const secret = new Y.Doc();
  const history = createOwnHistory([shared, secret]);
  const state = (): string => [...strokesOf(shared).keys(), ...strokesOf(secret).keys()].sort().join(' ');
  addStroke(shared, 'a-1', stroke, OWN_CHANGE);
  addStroke(secret, 'b-2', stroke, OWN_CHANGE);
  addStroke(shared, 'c-3', stroke, 'from elsewhere');
  addStroke(shared, 'd-4', stroke, OWN_CHANGE);
  removeAnnotations(shared, ['a-1', 'd-4'], OWN_CHANGE);
  expect(state()).toBe('b-2 c-3');
  history.undo();
  expect(state()).toBe('a-1 b-2 c-3 d-4');
  history.undo();
  history.undo();
  expect(state()).toBe('a-1 c-3');
  history.redo();
  expect(state()).toBe('a-1 b-2 c-3');
  history.undo();
  history.undo();
  expect(state()).toBe('c-3');
  expect(history.canUndo()).toBe(false);
  history.redo();
  expect(state()).toBe('a-1 c-3');
  addStroke(secret, 'e-5', stroke, OWN_CHANGE);
  expect(history.canRedo()).toBe(false);
  history.undo();
  expect(state()).toBe('a-1 c-3');
  history.destroy();
});
