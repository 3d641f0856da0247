import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { MAX_TYPE_DEPTH } from './document-shapes.ts';
import { minutesSection, readMinutesSection } from './minutes.ts';

type Child = Y.XmlElement | Y.XmlText;
const element = (name: string, ...children: Child[]): Y.XmlElement => {
  const made = new Y.XmlElement(name);
  made.insert(0, children);
  return made;
};
const paragraph = (text: string) => element('paragraph', new Y.XmlText(text));
const item = (...children: Child[]) => element('listItem', ...children);
const list = (...children: Child[]) => element('bulletList', ...children);

/** A line of text for each block, its level before it; `…` for what goes on with an item. */
function read(...content: Child[]): string[] {
  const doc = new Y.Doc();
  minutesSection(doc, 'opening').insert(0, content);
  return readMinutesSection(doc, 'opening').map((block) => {
    const text = block.runs.map((run) => run.text).join('');
    return block.type === 'paragraph' ? text : `${block.level}${block.continued ? '…' : '.'} ${text}`;
  });
}

it('[MIN-10] items of a list in a list stand apart, each in its place', () => {
  const budget = item(
    paragraph('Chi ngân sách'),
    list(item(paragraph('Giáo dục: 12')), item(paragraph('5 tỷ cho y tế'))),
  );
  expect(read(paragraph('Thu:'), list(budget, item(paragraph('Khác'))), paragraph('Hết.'))).toEqual([
    'Thu:',
    '1. Chi ngân sách',
    '2. Giáo dục: 12',
    '2. 5 tỷ cho y tế',
    '1. Khác',
    'Hết.',
  ]);
});

it('[MIN-10] what comes after a break or a list in an item goes on with that item', () => {
  const broken = element('paragraph', new Y.XmlText('Một'), element('hardBreak'), new Y.XmlText('hai'));
  expect(read(broken)).toEqual(['Một', 'hai']);
  const whole = item(
    element('paragraph', new Y.XmlText('a'), element('hardBreak'), new Y.XmlText('b')),
    list(item(paragraph('c'))),
    paragraph('d'),
  );
  expect(read(list(whole, item(paragraph('e'))))).toEqual(['1. a', '1… b', '2. c', '1… d', '1. e']);
});

it('[MIN-10] no text is lost, however deep it lies and whatever it is in', () => {
  let inner: Y.XmlElement = list(item(paragraph('đáy')));
  for (let level = 1; level < MAX_TYPE_DEPTH / 2; level += 1) inner = list(item(paragraph(`tầng`), inner));
  expect(read(inner).at(-1)).toBe(`${MAX_TYPE_DEPTH / 2}. đáy`);
  const table = element('table', element('row', element('cell', paragraph('12')), element('cell', paragraph('5 tỷ'))));
  expect(read(table, new Y.XmlText('trần'), list(new Y.XmlText('x'), paragraph('y')), element('paragraph'))).toEqual([
    '12',
    '5 tỷ',
    'trần',
    '1. x',
    '1. y',
  ]);
});

it('keeps bold and italics, in NFC', () => {
  const doc = new Y.Doc();
  const text = new Y.XmlText();
  minutesSection(doc, 'closing').insert(0, [element('paragraph', text)]);
  text.insert(0, 'đa\u0323t', { bold: true });
  text.insert(4, ' nhe\u0323', { bold: null, italic: true });
  expect(readMinutesSection(doc, 'closing')).toEqual([
    {
      type: 'paragraph',
      runs: [
        { text: 'đạt', bold: true },
        { text: ' nhẹ', italic: true },
      ],
    },
  ]);
});
