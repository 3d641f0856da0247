import * as Y from 'yjs';
import type { MemberId } from '../domain/ids.ts';
import { mayBeClientOf } from './client-id.ts';
import type { DocumentClients } from './document-clients.ts';
import { admits, inside, type Container, type DocumentShape } from './document-shapes.ts';
import { readUpdate, type Change, type Place, type Struct, type TypeKind } from './read-update.ts';

/**
 * The check of a change before it is applied: that everything in it is its author's to write, that it leaves nothing out
 * and that it is what such a document holds. Yjs has no permissions and applies whatever it can read.
 */
export type ChangeProblem =
  /** No update that Yjs would write, or beyond its bounds. */
  | 'malformed'
  /** Leaves out something of its author, or refers to itself in a circle. */
  | 'gap'
  /** Clients, neighbours, parents or deletions of somebody else. */
  | 'foreign'
  /** Content that such a document doesn't hold, or not there. */
  | 'content';

/** What to do with a live change. `wait`: what it builds on isn't here yet. */
export type Judgement =
  /** `update`: what of the change is new. */
  | { readonly verdict: 'apply'; readonly update: Uint8Array }
  | { readonly verdict: 'nothing-new' }
  | { readonly verdict: 'wait'; readonly missing: readonly Place[] }
  | { readonly verdict: 'refuse'; readonly problem: ChangeProblem };

/**
 * What is wrong with a change as an author signed it, as far as can be said without the document: a laptop checks entries
 * of documents that it hasn't open. Where its structs come to lie says `misplaced`, when it is applied.
 */
export function signedProblem(
  change: Change,
  shape: DocumentShape,
  author: MemberId,
  clients: DocumentClients,
): ChangeProblem | undefined {
  for (const { client, start } of change.runs.values()) {
    if (!isOf(client, author, clients)) return 'foreign';
    if (start !== clients.signedTo(client)) return 'gap';
  }
  const endOf = (client: number): number | undefined => {
    const run = change.runs.get(client);
    if (run !== undefined) return run.end;
    return clients.ownerOf(client) === author ? clients.signedTo(client) : undefined;
  };
  /** Others' may come later, in streams of their own. */
  const unreachable = ({ client, clock }: Place): ChangeProblem | undefined => {
    const end = endOf(client);
    if (end === undefined) return shape.oneAuthor ? 'foreign' : undefined;
    return clock < end ? undefined : 'gap';
  };
  for (const { structs } of change.runs.values()) {
    for (const struct of structs) {
      for (const place of neighbours(struct)) {
        const problem =
          place.client === struct.client && place.clock >= struct.clock ? ('gap' as const) : unreachable(place);
        if (problem) return problem;
      }
    }
  }
  for (const { client, clock, length } of change.deletions) {
    const problem = unreachable({ client, clock: clock + length - 1 });
    if (problem) return problem;
  }
  if (isCircular(change)) return 'gap';
  return misplaced(change, shape, undefined) ? 'content' : undefined;
}

/** By what the id itself says, then by who used it first as far as this laptop knows. */
function isOf(client: number, author: MemberId, clients: DocumentClients): boolean {
  return mayBeClientOf(client, author) && (clients.ownerOf(client) ?? author) === author;
}

/** A change that comes over a member's own connection, or from a window, for an open document. */
export function judgeLive(
  update: Uint8Array,
  shape: DocumentShape,
  author: MemberId,
  doc: Y.Doc,
  clients: DocumentClients,
): Judgement {
  const whole = readUpdate(update);
  if (whole === undefined) return { verdict: 'refuse', problem: 'malformed' };
  const part = freshPart(update, whole, doc);
  const { change } = part;
  const fresh = [...change.runs.values()];
  if (fresh.length === 0 && change.deletions.length === 0) return { verdict: 'nothing-new' };
  if (!shape.oneAuthor) {
    if (fresh.some(({ client }) => !isOf(client, author, clients))) return { verdict: 'refuse', problem: 'foreign' };
  }
  for (const { structs } of fresh) {
    for (const struct of structs) {
      if (neighbours(struct).some(({ client, clock }) => client === struct.client && clock >= struct.clock))
        return { verdict: 'refuse', problem: 'gap' };
    }
  }
  if (isCircular(change)) return { verdict: 'refuse', problem: 'gap' };
  const missing = missingOf(change, doc);
  if (misplaced(change, shape, missing.length > 0 ? undefined : doc)) return { verdict: 'refuse', problem: 'content' };
  if (!shape.oneAuthor) for (const { client } of fresh) clients.hold(client, author);
  if (missing.length > 0) return { verdict: 'wait', missing };
  return { verdict: 'apply', update: part.update };
}

/**
 * The change without the structs that the document has: Yjs would pass over them, and cut in two one that it has in part,
 * whatever is said of it this time.
 */
export function freshPart(
  update: Uint8Array,
  change: Change,
  doc: Y.Doc,
): { readonly update: Uint8Array; readonly change: Change } {
  const state = stateOf(doc);
  const runs = [...change.runs.values()];
  if (runs.every((run) => run.start >= state(run.client))) return { update, change };
  const known = new Map(runs.map(({ client }) => [client, state(client)]));
  const fresh = Y.diffUpdate(update, Y.encodeStateVector(known));
  return { update: fresh, change: readUpdate(fresh) ?? change };
}

/**
 * What the change builds on and the document lacks, the first of each client; empty when nothing is missing. Yjs would
 * keep the change until it comes, for ever if never.
 */
export function missingOf(change: Change, doc: Y.Doc): readonly Place[] {
  const state = stateOf(doc);
  let missing: Map<number, number> | undefined;
  const need = ({ client, clock }: Place): void => {
    if (clock < state(client)) return;
    const run = change.runs.get(client);
    if (run !== undefined && clock < run.end) return;
    missing ??= new Map();
    missing.set(client, Math.min(clock, missing.get(client) ?? clock));
  };
  for (const { client, start, structs } of change.runs.values()) {
    if (start > state(client)) (missing ??= new Map()).set(client, state(client));
    for (const struct of structs) for (const place of neighbours(struct)) need(place);
  }
  for (const { client, clock, length } of change.deletions) need({ client, clock: clock + length - 1 });
  return missing === undefined ? NOTHING : [...missing].map(([client, clock]) => ({ client, clock }));
}

const NOTHING: readonly Place[] = [];

/**
 * Whether something in the change is not what the document holds there. Without the document, neighbours and parents
 * that are not in the change itself could lie anywhere; with it, nothing may be missing.
 */
export function misplaced(change: Change, shape: DocumentShape, doc: Y.Doc | undefined): boolean {
  const found = new Map<Struct, Spot | null | undefined>();
  const state = doc ? stateOf(doc) : undefined;

  for (const { structs } of change.runs.values()) {
    for (const struct of structs) {
      const spot = spotOf(struct);
      if (spot === undefined) return true;
      if (struct.kind === 'collected' || struct.kind === 'deleted' || spot === NOWHERE) continue;
      if (!admits(shape, spot?.container ?? null, spot?.key ?? null, struct)) return true;
    }
  }
  return false;

  /** null: can't be known yet; undefined: nowhere that there is. */
  function spotOf(struct: Struct): Spot | null | undefined {
    // Each struct leads to one other: its parent, or the neighbour that it lies beside.
    const passed: Struct[] = [];
    let at: Struct | undefined = struct;
    let spot: Spot | null | undefined;
    for (;;) {
      if (found.has(at)) {
        spot = found.get(at);
        break;
      }
      passed.push(at);
      // A circle.
      if (passed.length > MAX_CHAIN) return undefined;
      const next = leadsTo(at);
      if ('spot' in next) {
        spot = next.spot;
        found.set(at, spot);
        passed.pop();
        break;
      }
      at = next.struct;
    }
    for (let last = passed.pop(); last !== undefined; last = passed.pop()) {
      spot = last.parent === null ? spot : within(spot, last.key, at as Struct);
      found.set(last, spot);
      at = last;
    }
    return spot;
  }

  function leadsTo(struct: Struct): { struct: Struct } | { spot: Spot | null | undefined } {
    if (struct.kind === 'collected') return { spot: NOWHERE };
    if (typeof struct.parent === 'string') {
      const name = shape.root(struct.parent);
      return { spot: name === undefined ? undefined : { container: { name, depth: 0 }, key: struct.key } };
    }
    const place = struct.parent ?? struct.origin ?? struct.rightOrigin;
    if (place === null) return { spot: undefined };
    // What the document has stays, whatever the change says of it once more.
    if (doc === undefined || !state || place.clock >= state(place.client)) {
      const own = structAt(change, place);
      return own === undefined ? { spot: null } : { struct: own };
    }
    return { spot: struct.parent === null ? spotBeside(shape, doc, place) : spotIn(shape, doc, place, struct.key) };
  }

  function within(spot: Spot | null | undefined, key: string | null, parent: Struct): Spot | null | undefined {
    if (spot === null || spot === undefined || spot === NOWHERE) return spot;
    if (parent.kind === 'deleted' || parent.kind === 'collected') return NOWHERE;
    const container = inside(shape, spot.container, spot.key, parent.kind as TypeKind);
    return container && { container, key };
  }
}

interface Spot {
  readonly container: Container;
  readonly key: string | null;
}

/** Beside or in what was cleared away: Yjs clears it away too. */
const NOWHERE: Spot = { container: { name: '', depth: 0 }, key: null };

/** Longer chains of neighbours within one change than any change has structs are circles. */
const MAX_CHAIN = 100_001;

function spotBeside(shape: DocumentShape, doc: Y.Doc, { client, clock }: Place): Spot | undefined {
  const item: unknown = Y.getItem(doc.store, Y.createID(client, clock));
  if (!(item instanceof Y.Item) || item.parent === null) return NOWHERE;
  const container = item.parent instanceof Y.AbstractType ? containerOf(shape, item.parent) : undefined;
  return container && { container, key: item.parentSub };
}

function spotIn(shape: DocumentShape, doc: Y.Doc, { client, clock }: Place, key: string | null): Spot | undefined {
  const item: unknown = Y.getItem(doc.store, Y.createID(client, clock));
  if (!(item instanceof Y.Item) || item.content instanceof Y.ContentDeleted) return NOWHERE;
  const container = item.content instanceof Y.ContentType ? containerOf(shape, item.content.type) : undefined;
  return container && { container, key };
}

const containers = new WeakMap<object, Container>();

/** Types never move, so what a type is stays. */
function containerOf(shape: DocumentShape, type: Y.AbstractType<unknown>): Container | undefined {
  const known = containers.get(type);
  if (known !== undefined) return known;
  const item = type._item;
  let container: Container | undefined;
  if (item === null) {
    const name = shape.root(Y.findRootTypeKey(type));
    container = name === undefined ? undefined : { name, depth: 0 };
  } else if (item.parent instanceof Y.AbstractType) {
    const around = containerOf(shape, item.parent);
    const kind = kindOf(type);
    container = around && kind && inside(shape, around, item.parentSub, kind);
  }
  if (container !== undefined) containers.set(type, container);
  return container;
}

function kindOf(type: Y.AbstractType<unknown>): TypeKind | undefined {
  switch (type.constructor) {
    case Y.Map:
      return 'map';
    case Y.Text:
      return 'text';
    case Y.XmlElement:
      return 'element';
    case Y.XmlText:
      return 'words';
    default:
      return undefined;
  }
}

/** Whether structs of several clients wait for each other; Yjs would wait with them for ever. */
export function isCircular(change: Change): boolean {
  if (change.runs.size < 2) return false;
  const progress = new Map(
    [...change.runs.values()].map((run) => [run.client, { run, next: 0, done: run.start, open: false }]),
  );
  for (const whole of progress.values()) {
    const stack = [{ at: whole, until: whole.run.end }];
    whole.open = true;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { at, until } = top;
      const struct = at.run.structs[at.next];
      if (struct === undefined || at.done >= until) {
        at.open = false;
        stack.pop();
        continue;
      }
      const end = struct.clock + struct.length;
      const blocker = neighbours(struct).find((place) => {
        const other = progress.get(place.client);
        return other !== undefined && other !== at && place.clock >= other.done && place.clock < other.run.end;
      });
      const other = blocker && progress.get(blocker.client);
      if (other === undefined || end <= at.done) {
        at.next += 1;
        at.done = Math.max(at.done, end);
      } else if (other.open) {
        return true;
      } else {
        other.open = true;
        stack.push({ at: other, until: (blocker?.clock ?? 0) + 1 });
      }
    }
  }
  return false;
}

function neighbours({ origin, rightOrigin, parent }: Struct): Place[] {
  if (origin === null && rightOrigin === null) return parent === null || typeof parent === 'string' ? [] : [parent];
  if (rightOrigin === null) return [origin as Place];
  return origin === null ? [rightOrigin] : [origin, rightOrigin];
}

function structAt(change: Change, { client, clock }: Place): Struct | undefined {
  const structs = change.runs.get(client)?.structs ?? [];
  let [low, high] = [0, structs.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const struct = structs[middle] as Struct;
    if (clock < struct.clock) high = middle - 1;
    else if (clock >= struct.clock + struct.length) low = middle + 1;
    else return struct;
  }
  return undefined;
}

const stateOf =
  (doc: Y.Doc) =>
  (client: number): number =>
    Y.getState(doc.store, client);
