import * as Y from 'yjs';

/** Types in types within one change; the editor of the minutes makes some eight. */
const MAX_TYPE_DEPTH = 24;
/** Objects and arrays in a plain value; a record of the plan has four. */
const MAX_VALUE_DEPTH = 16;

/**
 * Whether a change is well formed and nests no deeper than any of our documents does. Yjs and everybody who reads a
 * document recurse; what is too deep would overflow their stack, now or when it is deleted. Subdocuments are not used.
 * Never throws. The depth of what an earlier change put below is not known here.
 */
export function isBoundedUpdate(update: Uint8Array): boolean {
  try {
    const { structs } = Y.decodeUpdate(update);
    const items = structs.filter((struct): struct is Y.Item => struct instanceof Y.Item);
    return items.every((item) => isBoundedContent(item.content)) && isBoundedNesting(items);
  } catch {
    return false;
  }
}

function isBoundedContent(content: unknown): boolean {
  if (content instanceof Y.ContentDoc) return false;
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON)
    return content.arr.every((value: unknown) => fits(value, MAX_VALUE_DEPTH));
  if (content instanceof Y.ContentEmbed) return fits(content.embed, MAX_VALUE_DEPTH);
  if (content instanceof Y.ContentFormat) return fits(content.value, MAX_VALUE_DEPTH);
  return true;
}

function fits(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  if (levels === 0) return false;
  for (const key in value) if (!fits((value as Record<string, unknown>)[key], levels - 1)) return false;
  return true;
}

function isBoundedNesting(items: readonly Y.Item[]): boolean {
  const types = items.filter((item) => item.content instanceof Y.ContentType);
  if (types.length <= MAX_TYPE_DEPTH) return true;
  const byClient = new Map<number, Y.Item[]>();
  for (const item of items) {
    const own = byClient.get(item.id.client);
    if (own) own.push(item);
    else byClient.set(item.id.client, [item]);
  }
  const depths = new Map<Y.Item, number>();
  return types.every((type) => {
    const passed: Y.Item[] = [];
    let at: Y.Item | undefined = type;
    while (at && !depths.has(at)) {
      passed.push(at);
      // Longer than all there is: in a circle, which no laptop of ours can have made.
      if (passed.length > items.length) return false;
      at = above(byClient, at);
    }
    let depth = at ? (depths.get(at) ?? 0) : 0;
    for (const item of passed.reverse()) {
      // Who stands beside another stands as deep.
      if (item.parent !== null) depth += 1;
      depths.set(item, depth);
    }
    return depth <= MAX_TYPE_DEPTH;
  });
}

/** The item within the same change that this one lies in, or stands beside when it names no parent itself. */
function above(byClient: ReadonlyMap<number, Y.Item[]>, item: Y.Item): Y.Item | undefined {
  const id: unknown = item.parent ?? item.origin ?? item.rightOrigin;
  if (!(id instanceof Y.ID)) return undefined;
  const own = byClient.get(id.client) ?? [];
  let [low, high] = [0, own.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = own[middle];
    if (!found) return undefined;
    if (id.clock < found.id.clock) high = middle - 1;
    else if (id.clock >= found.id.clock + found.length) low = middle + 1;
    else return found;
  }
  return undefined;
}
