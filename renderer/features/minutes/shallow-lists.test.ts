import { getSchema } from '@tiptap/core';
import { Slice, type Node } from '@tiptap/pm/model';
import { EditorState, TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import StarterKit from '@tiptap/starter-kit';
import { prosemirrorJSONToYXmlFragment } from '@tiptap/y-tiptap';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { createDocumentClients } from '../../../common/collab/document-clients.ts';
import { shapeOf } from '../../../common/collab/document-shapes.ts';
import { minutesSection } from '../../../common/collab/minutes.ts';
import { judgeLive } from '../../../common/collab/write-check.ts';
import { asMemberId } from '../../../common/domain/ids.ts';
import { MOST_LISTS, shallowLists } from './shallow-lists.ts';

const schema = getSchema([StarterKit]);
const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] });
const item = (...content: object[]) => ({ type: 'listItem', content });
const list = (...content: object[]) => ({ type: 'bulletList', content });
const doc = (...content: object[]): Node => schema.nodeFromJSON({ type: 'doc', content });
/** `1` outermost; each item after the nested list has one more paragraph. */
function nested(depth: number, level = 1): object {
  const inner = level < depth ? [nested(depth, level + 1)] : [];
  return list(item(paragraph(`mục ${level}`), ...inner, paragraph(`sau ${level}`)));
}
const words = (node: Node): string[] => {
  const found: string[] = [];
  node.descendants((one) => void (one.isText && found.push(one.text ?? '')));
  return found;
};
const deep = (node: Node): number => {
  let deepest = 0;
  node.descendants((one, at) => {
    if (!one.isText) return;
    const place = node.resolve(at);
    let lists = 0;
    for (let level = place.depth; level > 0; level -= 1) if (place.node(level).type.name === 'bulletList') lists += 1;
    deepest = Math.max(deepest, lists);
  });
  return deepest;
};
const verdict = (node: Node): string => {
  const written = new Y.Doc();
  prosemirrorJSONToYXmlFragment(schema, node.toJSON(), minutesSection(written, 'opening'));
  const author = asMemberId('00000000-0000-4000-8000-000000000001');
  const update = Y.encodeStateAsUpdate(written);
  return judgeLive(update, shapeOf('minutes'), author, new Y.Doc(), createDocumentClients()).verdict;
};

function paste(into: EditorState, pasted: Slice): EditorState {
  const plugin = into.plugins[0]!;
  const slice = plugin.props.transformPasted!.call(plugin, pasted, { state: into } as EditorView, false);
  return into.apply(into.tr.replaceSelection(slice));
}
const editing = (content: Node, at = 1): EditorState => {
  const state = EditorState.create({ doc: content, plugins: [shallowLists()] });
  return state.apply(state.tr.setSelection(TextSelection.near(state.doc.resolve(at))));
};

test('lists that are pasted nested too deep come out as far as documents hold, with every word in its place', () => {
  const pasted = doc(nested(30));
  expect(verdict(pasted)).toBe('refuse');
  const { doc: after } = paste(editing(doc({ type: 'paragraph' })), new Slice(pasted.content, 0, 0));
  after.check();
  expect(deep(after)).toBe(MOST_LISTS);
  expect(words(after)).toEqual(words(pasted));
  expect(verdict(after)).toBe('apply');
});

test('pasted into a list, the lists around count, also of a piece that begins in the middle of an item', () => {
  for (const outer of [6, MOST_LISTS]) {
    const around = doc(nested(outer));
    const end = around.content.size;
    const pasted = doc(nested(10));
    for (const slice of [new Slice(pasted.content, 0, 0), pasted.slice(3, pasted.content.size - 3)]) {
      let inside = 0;
      around.descendants((one, at) => void (one.text === `mục ${outer}` && (inside = at + 2)));
      const { doc: after } = paste(editing(around, inside), slice);
      after.check();
      expect(deep(after)).toBeLessThanOrEqual(MOST_LISTS);
      expect(after.content.size).toBeGreaterThan(end);
      expect(words(after).join('')).toContain(words(pasted).slice(1, -1).join(''));
      expect(verdict(after)).toBe('apply');
    }
  }
});

test('what is not too deep is pasted as it is, and nothing makes a list deeper than that', () => {
  const whole = doc(nested(MOST_LISTS));
  const state = paste(editing(doc({ type: 'paragraph' })), new Slice(whole.content, 0, 0));
  expect(words(state.doc)).toEqual(words(whole));
  expect(deep(state.doc)).toBe(MOST_LISTS);
  const deeper = state.tr.replaceWith(0, state.doc.content.size, doc(nested(MOST_LISTS + 1)).content);
  expect(state.apply(deeper).doc).toBe(state.doc);
  // What is there already, from whomever, can still be changed.
  const old = editing(doc(nested(11)));
  expect(words(old.apply(old.tr.insertText('thêm ', 3)).doc)[0]).toBe('thêm mục 1');
});
