import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { BODY_PRESETS } from '../domain/body-rules.ts';
import { asAgendaItemId, asSha256 } from '../domain/ids.ts';
import { entry, MEMBERS } from '../../tests/fixtures/written-acts.ts';
import {
  changeAgendaItem,
  MAX_AGENDA_ITEMS,
  moveAgendaItem,
  putAgendaItem,
  putPaper,
  putPlanPerson,
  readAgenda,
  readPapers,
  readPlanMeta,
  readPlanPeople,
  readSuccessors,
  removeAgendaItem,
  setPlanMeta,
  type AgendaItem,
} from './plan.ts';

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

const start = '2026-11-23T08:00:00+07:00';
const prepared = { title: 'Họp', kind: 'Thường kỳ', start, place: 'Phòng 1', rules: BODY_PRESETS['peoples-council'] };

test('a field of the meeting that is too long is cut, one that is damaged is empty, and the others stand', () => {
  const doc = new Y.Doc();
  expect(readPlanMeta(doc)).toBeUndefined();
  setPlanMeta(doc, prepared);
  setPlanMeta(doc, { place: 'ệ'.repeat(600) });
  expect(readPlanMeta(doc)).toEqual({ ...prepared, place: 'ệ'.repeat(500) });
  doc.getMap('meta').set('kind', { a: 1 });
  doc.getMap('meta').set('relay', 'a'.repeat(501));
  doc.getMap('meta').delete('place');
  expect(readPlanMeta(doc)).toEqual({ ...prepared, kind: '', place: '' });
});

test('rules that cannot be read are none, and never those of another body', () => {
  const doc = new Y.Doc();
  setPlanMeta(doc, prepared);
  doc.getMap('meta').set('rules', { preset: 'peoples-council' });
  expect(readPlanMeta(doc)).toEqual({ ...prepared, rules: undefined });
});

test('of an item what cannot be read is cut or left out, and the item stays on the agenda', () => {
  const doc = new Y.Doc();
  const papers = Array.from({ length: 201 }, (_, at) => asSha256(at.toString(16).padStart(64, '0')));
  putAgendaItem(doc, { ...item(1), papers, motions: Array.from({ length: 51 }, (_, at) => `${at}`.repeat(20_000)) });
  const [read] = readAgenda(doc);
  expect(read?.papers).toEqual(papers.slice(0, 200));
  expect(read?.motions).toHaveLength(50);
  expect(read?.motions[49]).toHaveLength(20_000);
  doc
    .getMap('items')
    .set('i1', { title: 'ê'.repeat(501), presenter: 7, minutes: -1, papers: [1, papers[3]], motions: 'x' });
  expect(readAgenda(doc)).toEqual([{ ...item(1), title: 'ê'.repeat(500), order: 0, papers: [papers[3]] }]);
  doc.getMap('items').set('no id', item(1));
  doc.getMap('items').set('i2', 1);
  expect(readAgenda(doc)).toHaveLength(1);
});

test('papers, people and successors keep what is right beside what is too long', () => {
  const doc = new Y.Doc();
  const paper = { sha256: asSha256('a'.repeat(64)), title: 'x'.repeat(501), size: 1, pages: 1, chunks: [] };
  putPaper(doc, paper);
  expect(readPapers(doc).get(paper.sha256)).toEqual({ ...paper, title: 'x'.repeat(500) });
  const chair = entry(MEMBERS[0]!, 'chair');
  putPlanPerson(doc, { ...chair, position: 'x'.repeat(501) });
  putPlanPerson(doc, { ...entry(MEMBERS[1]!, 'member'), name: '' });
  expect(readPlanPeople(doc)).toEqual([{ ...chair, position: 'x'.repeat(500) }]);
  doc.getMap('meta').set('successors', [MEMBERS[1]!, 'nobody', MEMBERS[0]!]);
  expect(readSuccessors(doc)).toEqual([MEMBERS[1]!, MEMBERS[0]!]);
});

test('nothing is cut in the middle of a letter that takes two places', () => {
  const doc = new Y.Doc();
  setPlanMeta(doc, { ...prepared, title: `${'x'.repeat(499)}😀` });
  expect(readPlanMeta(doc)?.title).toBe('x'.repeat(499));
});

test('items are moved past each other as often as somebody likes, and where several stand at one place', () => {
  const doc = planOf([0, 1, 2, 7]);
  const order = () => readAgenda(doc).map(({ id }) => `${id}`);
  expect(order()).toEqual(['i0', 'i7', 'i1', 'i2']);
  moveAgendaItem(doc, asAgendaItemId('i2'), 1);
  expect(order()).toEqual(['i0', 'i2', 'i7', 'i1']);
  for (let move = 0; move < 200; move += 1) {
    const [first, second, third, last] = order();
    moveAgendaItem(doc, asAgendaItemId(last!), 2);
    expect(order()).toEqual([first, second, last, third]);
  }
});

/** Two laptops with the same plan that are apart while each does something, then have the same again. */
function apart(doc: Y.Doc, ...work: readonly [(doc: Y.Doc) => void, (doc: Y.Doc) => void]): AgendaItem[] {
  const docs = work.map((does) => {
    const one = new Y.Doc();
    Y.applyUpdate(one, Y.encodeStateAsUpdate(doc));
    does(one);
    return one;
  });
  const [one, other] = docs.map((each) => Y.encodeStateAsUpdate(each));
  Y.applyUpdate(docs[0]!, other!);
  Y.applyUpdate(docs[1]!, one!);
  const read = docs.map(readAgenda);
  expect(read[0]).toEqual(read[1]);
  return read[0]!;
}
const paper = (digit: string) => asSha256(digit.repeat(64));
const only = asAgendaItemId('i1');

test('two who change one item apart from each other both find their change in it', () => {
  for (let time = 0; time < 20; time += 1) {
    const merged = apart(
      planOf([1]),
      (doc) => {
        changeAgendaItem(doc, only, { papers: [paper('a')] });
        changeAgendaItem(doc, only, { motions: ['Thông qua'], minutes: 15 });
      },
      (doc) => {
        changeAgendaItem(doc, only, { title: 'Báo cáo' });
        changeAgendaItem(doc, only, { papers: [paper('c'), paper('b')] });
        moveAgendaItem(doc, only, 0);
      },
    );
    expect(merged).toMatchObject([{ id: only, title: 'Báo cáo', minutes: 15, motions: ['Thông qua'] }]);
    expect(merged[0]!.papers.toSorted()).toEqual([paper('a'), paper('b'), paper('c')]);
  }
});

test('a paper that one takes off is off, whatever another adds; put on again it is there, at the end', () => {
  const doc = new Y.Doc();
  putAgendaItem(doc, { ...item(1), papers: [paper('a'), paper('b')] });
  const merged = apart(
    doc,
    (one) => changeAgendaItem(one, only, { papers: [paper('b')] }),
    (one) => changeAgendaItem(one, only, { papers: [paper('a'), paper('b'), paper('c')] }),
  );
  expect(merged[0]!.papers).toEqual([paper('b'), paper('c')]);
  changeAgendaItem(doc, only, { papers: [paper('b')] });
  changeAgendaItem(doc, only, { papers: [paper('b'), paper('a')] });
  expect(readAgenda(doc)[0]!.papers).toEqual([paper('b'), paper('a')]);
  changeAgendaItem(doc, only, { papers: [] });
  expect(readAgenda(doc)[0]!.papers).toEqual([]);
});

test('an item that is removed stays removed, and one that is added under its id has nothing of it', () => {
  const merged = apart(
    planOf([1]),
    (doc) => removeAgendaItem(doc, only),
    (doc) => changeAgendaItem(doc, only, { title: 'Báo cáo' }),
  );
  expect(merged).toEqual([]);
  const doc = planOf([1]);
  changeAgendaItem(doc, only, { title: 'Báo cáo', papers: [paper('a')] });
  removeAgendaItem(doc, only);
  changeAgendaItem(doc, only, { title: 'Báo cáo' });
  expect(readAgenda(doc)).toEqual([]);
  putAgendaItem(doc, item(1));
  expect(readAgenda(doc)).toEqual([item(1)]);
});

test('what an item is made anew as is what is read of it, and undoing it undoes no more', () => {
  const doc = planOf([1]);
  const history = new Y.UndoManager(doc, { captureTimeout: 0 });
  putAgendaItem(doc, { ...item(1), title: 'Báo cáo', order: 3 });
  expect(readAgenda(doc)).toEqual([{ ...item(1), title: 'Báo cáo', order: 3 }]);
  const elsewhere = new Y.Doc();
  Y.applyUpdate(elsewhere, Y.encodeStateAsUpdate(doc));
  changeAgendaItem(elsewhere, only, { papers: [paper('a')] });
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(elsewhere), 'elsewhere');
  history.undo();
  expect(readAgenda(doc)).toEqual([{ ...item(1), papers: [paper('a')] }]);
  history.redo();
  expect(readAgenda(doc)).toEqual([{ ...item(1), title: 'Báo cáo', order: 3, papers: [paper('a')] }]);
});

test('what a change of an item says is read by itself, and is found under ids of every length', () => {
  const doc = new Y.Doc();
  const id = asAgendaItemId('-title'.padStart(40, 'x'));
  putAgendaItem(doc, { ...item(1), id });
  changeAgendaItem(doc, id, { title: 'Báo cáo', papers: [paper('a')] });
  doc.getMap('meta').set(`item-${id}-minutes`, 'ten');
  doc.getMap('meta').set(`item-${id}-${'b'.repeat(18)}`, { paper: 'b', at: 1 });
  expect(readAgenda(doc)).toEqual([{ ...item(1), id, title: 'Báo cáo', papers: [paper('a')] }]);
  expect(Math.max(...[...doc.getMap('meta').keys()].map((key) => key.length))).toBe(64);
});

test('[CON-6] somebody is among the people once, whatever a program wrote into the plan', () => {
  const doc = new Y.Doc();
  putPlanPerson(doc, entry(MEMBERS[0]!, 'chair'));
  doc.getMap('people').set(MEMBERS[1]!, entry(MEMBERS[0]!, 'member'));
  expect(readPlanPeople(doc)).toEqual([entry(MEMBERS[0]!, 'chair')]);
});
