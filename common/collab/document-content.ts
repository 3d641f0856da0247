import * as Y from 'yjs';

/** JSON in which bytes stand as hexadecimal digits. */
export type PlainContent =
  | null
  | boolean
  | number
  | string
  | readonly PlainContent[]
  | { readonly [key: string]: PlainContent };

const PARTS: Readonly<Record<string, readonly string[]>> = {
  plan: ['meta', 'items', 'papers', 'people'],
  ink: ['strokes', 'notes'],
};

/**
 * What a document of a meeting says, the same on every laptop that has the same changes, in whatever order they came.
 * `vector` names the changes (also those that nothing is left of), `waiting` tells of changes whose past is missing.
 */
export function documentContent(name: string, doc: Y.Doc): PlainContent {
  const kind = name.split('/', 1)[0] ?? '';
  const parts: Record<string, PlainContent> = {};
  for (const part of PARTS[kind] ?? []) parts[part] = plain(doc.getMap(part));
  if (kind === 'minutes') {
    const sections = [...doc.share.keys()].filter((key) => key.startsWith('section/')).sort();
    for (const section of sections) {
      const text = doc.getXmlFragment(section).toString();
      // Whoever reads a section makes it, empty.
      if (text !== '') parts[section] = text;
    }
  }
  const waiting = doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
  return { parts, vector: hex(Y.encodeStateVector(doc)), waiting };
}

function plain(value: unknown): PlainContent {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value;
  if (value instanceof Uint8Array) return hex(value);
  if (value instanceof Y.Text || value instanceof Y.XmlFragment || value instanceof Y.XmlElement)
    return value.toString();
  if (value instanceof Y.Map) return record(value.entries());
  if (value instanceof Y.Array || Array.isArray(value)) return [...(value as Iterable<unknown>)].map(plain);
  if (typeof value === 'object') return record(Object.entries(value));
  return typeof value;
}

const record = (entries: Iterable<[string, unknown]>): PlainContent =>
  Object.fromEntries([...entries].map(([key, value]) => [key, plain(value)]));

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
