import * as Y from 'yjs';
import type { AgendaItemId } from '../domain/ids.ts';
import type { MinutesBlock, TextRun } from '../domain/minutes.ts';

/** Free text of the minutes: one rich-text fragment before the items, one per item, one at the end. Facts come from acts. */
export type MinutesSection = 'opening' | 'closing' | AgendaItemId;

export function minutesSection(doc: Y.Doc, section: MinutesSection): Y.XmlFragment {
  return doc.getXmlFragment(`section/${section}`);
}

/** Deeper nesting than any editor of ours makes is read as plain text. */
const MAX_DEPTH = 8;

/** What a section says, reduced to paragraphs and lists; whatever else is in it gives up its text, nothing is lost. */
export function readMinutesSection(doc: Y.Doc, section: MinutesSection): MinutesBlock[] {
  return minutesSection(doc, section)
    .toArray()
    .flatMap((node) => blocksOf(node, 0))
    .filter((block) => block.type === 'list' || block.runs.length > 0);
}

type Node = Y.XmlElement | Y.XmlText | Y.XmlHook;

function blocksOf(node: Node, depth: number): MinutesBlock[] {
  if (node instanceof Y.XmlText) return [{ type: 'paragraph', runs: runsOf(node) }];
  if (!(node instanceof Y.XmlElement)) return [];
  if (node.nodeName === 'bulletList' || node.nodeName === 'orderedList') {
    const items = childrenOf(node).map((item) => inlineOf(item, depth + 1));
    return items.length > 0 ? [{ type: 'list', items }] : [];
  }
  const children = childrenOf(node);
  if (depth >= MAX_DEPTH || children.every((child) => child instanceof Y.XmlText))
    return [{ type: 'paragraph', runs: inlineOf(node, depth) }];
  return children.flatMap((child) => blocksOf(child, depth + 1));
}

function inlineOf(node: Node, depth: number): TextRun[] {
  if (node instanceof Y.XmlText) return runsOf(node);
  if (!(node instanceof Y.XmlElement) || depth > MAX_DEPTH * 2) return [];
  if (node.nodeName === 'hardBreak') return [{ text: ' ' }];
  return childrenOf(node).flatMap((child, index) => [
    ...(index > 0 && child instanceof Y.XmlElement && child.nodeName === 'paragraph' ? [{ text: ' ' }] : []),
    ...inlineOf(child, depth + 1),
  ]);
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
