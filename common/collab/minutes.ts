import * as Y from 'yjs';
import type { AgendaItemId } from '../domain/ids.ts';
import type { MinutesBlock, TextRun } from '../domain/minutes.ts';

/** Free text of the minutes: one rich-text fragment before the items, one per item, one at the end. Facts come from acts. */
export type MinutesSection = 'opening' | 'closing' | AgendaItemId;

export function minutesSection(doc: Y.Doc, section: MinutesSection): Y.XmlFragment {
  return doc.getXmlFragment(`section/${section}`);
}

/** What a section says, reduced to paragraphs and items of lists; whatever else is in it gives up its text, nothing is lost. */
export function readMinutesSection(doc: Y.Doc, section: MinutesSection): MinutesBlock[] {
  const blocks: Block[] = [];
  // It recurses: how deep types lie in a document is bounded (`MAX_TYPE_DEPTH`).
  addBlocks(minutesSection(doc, section).toArray(), { level: 0, begun: false }, blocks);
  return blocks.map(({ runs, level, continued }) => {
    if (level === 0) return { type: 'paragraph', runs };
    return continued ? { type: 'item', runs, level, continued } : { type: 'item', runs, level };
  });
}

type Node = Y.XmlElement | Y.XmlText | Y.XmlHook;

interface Block {
  readonly runs: TextRun[];
  readonly level: number;
  readonly continued: boolean;
}

/** `around.begun`: something of that item is there. */
function addBlocks(nodes: readonly Node[], around: { level: number; begun: boolean }, blocks: Block[]): void {
  let line: Block | undefined;
  for (const node of nodes) {
    if (node instanceof Y.XmlText) {
      const runs = runsOf(node);
      if (runs.length === 0) continue;
      if (line === undefined) {
        blocks.push((line = { runs: [], level: around.level, continued: around.level > 0 && around.begun }));
        around.begun = true;
      }
      line.runs.push(...runs);
      continue;
    }
    // Whatever it is, it breaks the line.
    line = undefined;
    if (!(node instanceof Y.XmlElement)) continue;
    if (node.nodeName === 'bulletList' || node.nodeName === 'orderedList') {
      for (const item of childrenOf(node)) addBlocks([item], { level: around.level + 1, begun: false }, blocks);
    } else addBlocks(childrenOf(node), around, blocks);
  }
}

const childrenOf = (node: Y.XmlElement): Node[] => node.toArray() as Node[];

function runsOf(text: Y.XmlText): TextRun[] {
  const runs: TextRun[] = [];
  for (const part of text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[]) {
    if (typeof part.insert !== 'string' || part.insert === '') continue;
    runs.push({
      text: part.insert.normalize('NFC'),
      ...(part.attributes?.['bold'] ? { bold: true } : {}),
      ...(part.attributes?.['italic'] ? { italic: true } : {}),
    });
  }
  return runs;
}
