import * as Y from 'yjs';
import { addStroke } from '../../common/collab/annotations.ts';
import { createDocumentClients } from '../../common/collab/document-clients.ts';
import { shapeOf } from '../../common/collab/document-shapes.ts';
import { putAgendaItem } from '../../common/collab/plan.ts';
import { readUpdate } from '../../common/collab/read-update.ts';
import { judgeLive, signedProblem } from '../../common/collab/write-check.ts';
import { asAgendaItemId, asMemberId } from '../../common/domain/ids.ts';
import { measured, type Benchmark, type Measured } from './rows.ts';

const ROUNDS = 15;
const CHANGES = 1000;
const AUTHOR = asMemberId('00000000-0000-4000-8000-000000000001');

/** A thousand changes of each document, as a window makes them one by one. */
const courses: readonly [string, string, (doc: Y.Doc, index: number) => void][] = [
  ['strokes of 60 points', `ink/${'a'.repeat(64)}/${AUTHOR}`, drawStroke],
  ['letters of the minutes', 'minutes', typeLetter],
  ['agenda items', 'plan', (doc, index) => putAgendaItem(doc, item(index))],
];

export const writeCheck: Benchmark = {
  name: 'write-check',
  takes: '5 s',
  run: ({ say }) => Promise.resolve(courses.flatMap((course) => measureCourse(course, say))),
};

function measureCourse(
  [what, document, change]: (typeof courses)[number],
  say: (progress: string) => void,
): Measured[] {
  const written = new Y.Doc();
  const updates: Uint8Array[] = [];
  written.on('update', (update: Uint8Array) => updates.push(update));
  for (let index = 0; updates.length < CHANGES; index++) change(written, index);
  const shape = shapeOf(document);
  const [live, signed, applied]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    // Both look at the same documents and the same changes, in turn: what one leaves warm, the other finds so.
    const doc = new Y.Doc();
    const clients = createDocumentClients();
    const entries = createDocumentClients();
    let [judging, checking, applying] = [0, 0, 0];
    for (const update of updates) {
      const before = performance.now();
      const { verdict } = judgeLive(update, shape, AUTHOR, doc, clients);
      const judged = performance.now();
      const read = readUpdate(update);
      const problem = read ? signedProblem(read, shape, AUTHOR, entries) : 'malformed';
      if (read) entries.sign(read, AUTHOR);
      const checked = performance.now();
      Y.applyUpdate(doc, update);
      const after = performance.now();
      if (verdict !== 'apply' || problem !== undefined) throw new Error(`an honest change was refused: ${problem}`);
      judging += judged - before;
      checking += checked - judged;
      applying += after - checked;
    }
    live.push(judging);
    signed.push(checking);
    applied.push(applying);
  }
  say(`${what}: ${ROUNDS} times ${updates.length}`);
  const row = (name: string, samples: number[], how: string): Measured =>
    measured({
      name,
      unit: 'ms',
      samples,
      against: 'Yjs applying the same changes',
      otherSamples: applied,
      what: `${updates.length} changes, ${what}, each ${how}; beside it the same changes applied to the same document by Yjs alone, without listeners.`,
    });
  return [
    row(`Check of 1000 live changes: ${what}`, live, 'checked against the open document before it is applied'),
    row(
      `Check of 1000 signed changes: ${what}`,
      signed,
      'checked without its document, as every laptop does on arrival',
    ),
  ];
}

function drawStroke(doc: Y.Doc, index: number): void {
  const points = Float64Array.from({ length: 120 }, (_, at) => 100 + at * 1.3);
  addStroke(doc, `stroke-${index}`, { tool: 'pen', colour: 0x1144aa, width: 2, page: 1, points }, null);
}

function typeLetter(doc: Y.Doc, index: number): void {
  const section = doc.getXmlFragment('section/opening');
  const paragraph = section.get(0);
  const words = paragraph instanceof Y.XmlElement ? paragraph.get(0) : undefined;
  if (words instanceof Y.XmlText) return words.insert(words.length, 'đ');
  const made = new Y.XmlElement('paragraph');
  section.push([made]);
  made.push([new Y.XmlText(`${index}`)]);
}

const item = (index: number) => ({
  id: asAgendaItemId(`muc-${index % 20}`),
  title: `Nội dung ${index}`,
  presenter: 'Người trình bày',
  minutes: 10,
  order: index,
  papers: [],
  motions: [],
});
