import { Extension } from '@tiptap/core';
import { isChangeOrigin } from '@tiptap/extension-collaboration';
import { Fragment, Slice, type Node, type ResolvedPos } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';

/** Lists in lists, the outermost included. Documents hold eleven; a change with more is refused (`MAX_TYPE_DEPTH`). */
export const MOST_LISTS = 8;

const isList = (node: Node): boolean => node.type.name === 'bulletList';

/** Keeps lists from being nested deeper: pasted ones move out as far as needed, others stay as they are. */
export const ShallowLists = Extension.create({
  name: 'shallowLists',
  addProseMirrorPlugins: () => [shallowLists()],
});

export function shallowLists(): Plugin {
  return new Plugin({
    // What others wrote is there, however deep.
    filterTransaction: (tr) =>
      !tr.docChanged || isChangeOrigin(tr) || listsDeep(tr.doc) <= Math.max(MOST_LISTS, listsDeep(tr.before)),
    props: {
      transformPasted(slice, { state }) {
        const content = shallow(slice.content, Math.max(0, MOST_LISTS - listsAround(state.selection.$from)));
        const open = Slice.maxOpen(content);
        return new Slice(content, Math.min(slice.openStart, open.openStart), Math.min(slice.openEnd, open.openEnd));
      },
    },
  });
}

function listsAround(place: ResolvedPos): number {
  let count = 0;
  for (let depth = place.depth; depth > 0; depth -= 1) if (isList(place.node(depth))) count += 1;
  return count;
}

function listsDeep(node: Node): number {
  if (node.isTextblock) return 0;
  let deepest = 0;
  node.forEach((child) => (deepest = Math.max(deepest, listsDeep(child))));
  return deepest + (isList(node) ? 1 : 0);
}

function shallow(content: Fragment, room: number): Fragment {
  const nodes: Node[] = [];
  content.forEach((node) => {
    if (isList(node) && room === 0) nodes.push(...unlisted(node));
    else if (isList(node)) nodes.push(node.copy(Fragment.from(children(node).flatMap((item) => items(item, room)))));
    else if (node.isTextblock || node.isText) nodes.push(node);
    // An item that was cut out without its list.
    else if (node.type.name === 'listItem') nodes.push(...items(node, Math.max(1, room)));
    else nodes.push(node.copy(shallow(node.content, room)));
  });
  return Fragment.from(nodes);
}

function unlisted(node: Node): Node[] {
  return isList(node) ? children(node).flatMap((item) => children(item).flatMap(unlisted)) : [node];
}

/** The item, with what is nested too deep in it behind it. */
function items(item: Node, room: number): Node[] {
  if (room > 1) return [item.copy(shallow(item.content, room - 1))];
  const found: Node[] = [];
  let own: Node[] = [];
  const close = (): void => {
    if (own.length > 0) found.push(item.copy(Fragment.from(own)));
    own = [];
  };
  for (const child of children(item)) {
    if (isList(child)) {
      close();
      found.push(...children(child).flatMap((inner) => items(inner, room)));
    } else own.push(child);
  }
  close();
  return found;
}

function children(node: Node): Node[] {
  const found: Node[] = [];
  node.forEach((child) => void found.push(child));
  return found;
}
