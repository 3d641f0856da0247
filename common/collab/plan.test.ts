import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { asAgendaItemId } from '../domain/ids.ts';
import { entry, MEMBERS } from '../../tests/fixtures/written-acts.ts';
import { MAX_AGENDA_ITEMS, moveAgendaItem, putAgendaItem, putPlanPerson, readAgenda, readPlanPeople } from './plan.ts';

const item = (index: number) => ({
  id: asAgendaItemId(`i${index}`),
  title: `Mục ${index}`,
  presenter: '',
  minutes: 0,
  order: index % 7,
  papers: [],
  motions: [],
});

function planOf(indices: readonly number[]): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const index of indices) putAgendaItem(doc, item(index));
  });
  return doc;
}

test('an agenda without end is read up to the same item everywhere, whatever came first', () => {
  const indices = Array.from({ length: 3 * MAX_AGENDA_ITEMS }, (_, index) => index);
  const [one, other] = [planOf(indices), planOf(indices.toReversed())];
  expect(readAgenda(one)).toHaveLength(MAX_AGENDA_ITEMS);
  expect(readAgenda(other)).toEqual(readAgenda(one));
});

test('an item is moved to where it is put', () => {
  const doc = planOf([0, 1, 2, 3]);
  moveAgendaItem(doc, asAgendaItemId('i3'), 1);
  expect(readAgenda(doc).map(({ id }) => id)).toEqual(['i0', 'i3', 'i1', 'i2']);
});

test('[CON-6] somebody is among the people once, whatever a program wrote into the plan', () => {
  const doc = new Y.Doc();
  putPlanPerson(doc, entry(MEMBERS[0]!, 'chair'));
  doc.getMap('people').set(MEMBERS[1]!, entry(MEMBERS[0]!, 'member'));
  expect(readPlanPeople(doc)).toEqual([entry(MEMBERS[0]!, 'chair')]);
});
