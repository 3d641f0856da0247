import { MAX_NOTE_LENGTH } from './annotations.ts';
import type { ContentKind, Struct, TypeKind } from './read-update.ts';
import { MAX_STROKE_BYTES } from './stroke.ts';

/** What may be in one kind of document. Readers check values; this says what there can be at all, and where. */
export interface DocumentShape {
  /** Everything in it is one person's. */
  readonly oneAuthor: boolean;
  /** Containers by name; a root's name is the one that `root` gives it. */
  readonly containers: Readonly<Record<string, readonly Rule[]>>;
  root(name: string): string | undefined;
}

type Fits = (content: Pick<Struct, 'size' | 'value'>) => boolean;

/** Something that a container may hold. */
interface Rule {
  /** null: it lies in the container's list. */
  readonly key: RegExp | null;
  readonly kind: ContentKind;
  /** What a type is a container of. */
  readonly inside?: string;
  readonly fits?: Fits;
}

/** A place where structs lie. */
export interface Container {
  readonly name: string;
  /** Types that it lies in. */
  readonly depth: number;
}

/** Types in types; the editor of the minutes makes some eight. Yjs and all who read a document recurse. */
export const MAX_TYPE_DEPTH = 24;

const ID = /^[0-9A-Za-z_-]{1,64}$/;
const NAME = /^[A-Za-z_][\w-]{0,63}$/;
/** The largest record of the plan names 4096 chunks of a paper. */
const MAX_RECORD_BYTES = 1024 * 1024;
/** Of an element or of formatted words. */
const MAX_ATTRIBUTE = 1000;

const isNumber: Fits = ({ value }) => typeof value === 'number' && Number.isFinite(value);
const upTo =
  (most: number): Fits =>
  ({ size }) =>
    size <= most;

const ink: DocumentShape = {
  oneAuthor: true,
  root: (name) => (name === 'strokes' || name === 'notes' ? name : undefined),
  containers: {
    strokes: [{ key: ID, kind: 'binary', fits: upTo(MAX_STROKE_BYTES) }],
    notes: [{ key: ID, kind: 'map', inside: 'note' }],
    note: [
      { key: /^(page|x|y|at)$/, kind: 'any', fits: isNumber },
      { key: /^text$/, kind: 'text', inside: 'note-text' },
    ],
    'note-text': [{ key: null, kind: 'string', fits: upTo(MAX_NOTE_LENGTH) }],
  },
};

const plan: DocumentShape = {
  oneAuthor: false,
  root: (name) => (/^(meta|items|papers|people)$/.test(name) ? 'records' : undefined),
  containers: { records: [{ key: ID, kind: 'any', fits: upTo(MAX_RECORD_BYTES) }] },
};

/** Of the floor only awareness is used. */
const floor: DocumentShape = { oneAuthor: false, root: () => undefined, containers: {} };

const inMinutes: readonly Rule[] = [
  { key: null, kind: 'element', inside: 'element', fits: ({ value }) => NAME.test(String(value)) },
  { key: null, kind: 'words', inside: 'words' },
];
const minutes: DocumentShape = {
  oneAuthor: false,
  root: (name) => (/^section\/[A-Za-z0-9_-]{1,40}$/.test(name) ? 'section' : undefined),
  containers: {
    section: inMinutes,
    element: [...inMinutes, { key: NAME, kind: 'any', fits: upTo(MAX_ATTRIBUTE) }],
    words: [
      { key: null, kind: 'string' },
      {
        key: null,
        kind: 'format',
        fits: ({ size, value }) => size <= MAX_ATTRIBUTE && NAME.test(String((value as unknown[])[0])),
      },
    ],
  },
};

/** A person's own notes, which stay on the laptop. */
const notes: DocumentShape = {
  oneAuthor: true,
  root: (name) => (name === 'notes' || name === 'text' ? 'words' : undefined),
  containers: { words: [{ key: null, kind: 'string' }] },
};

export function shapeOf(document: string): DocumentShape {
  if (document === 'plan') return plan;
  if (document === 'minutes') return minutes;
  if (document === 'private/notes') return notes;
  return document.startsWith('ink/') || document.startsWith('private/') ? ink : floor;
}

/** Whether that may lie there. `container` null: it isn't known where it will lie, so anywhere in such a document. */
export function admits(
  shape: DocumentShape,
  container: Container | null,
  key: string | null,
  content: Pick<Struct, 'kind' | 'length' | 'size' | 'value'>,
): boolean {
  if (content.kind === 'any' && content.length !== 1) return false;
  const { kind } = content;
  if (container === null) {
    return Object.values(shape.containers).some((rules) =>
      rules.some((rule) => rule.kind === kind && (rule.fits?.(content) ?? true)),
    );
  }
  const rule = ruleOf(shape, container, key, kind);
  if (rule === undefined || (rule.inside !== undefined && container.depth >= MAX_TYPE_DEPTH)) return false;
  return rule.fits?.(content) ?? true;
}

/** What a type of that kind is, lying there. */
export function inside(
  shape: DocumentShape,
  container: Container,
  key: string | null,
  kind: TypeKind,
): Container | undefined {
  const name = ruleOf(shape, container, key, kind)?.inside;
  return name === undefined ? undefined : { name, depth: container.depth + 1 };
}

function ruleOf(shape: DocumentShape, container: Container, key: string | null, kind: ContentKind): Rule | undefined {
  for (const rule of shape.containers[container.name] ?? []) {
    if (rule.kind === kind && (rule.key === null ? key === null : key !== null && rule.key.test(key))) return rule;
  }
  return undefined;
}
