/** Texts of a list, each under a key that stays its own when others come, go or change. */
export interface KeyedTexts {
  readonly texts: readonly string[];
  readonly keys: readonly number[];
  /** Unused so far. */
  readonly next: number;
}

const NONE: KeyedTexts = { texts: [], keys: [], next: 0 };

/** The list as it is now. A text that changed in its place keeps its key: somebody may be typing in it. */
export function followTexts(texts: readonly string[], before: KeyedTexts = NONE): KeyedTexts {
  const shorter = Math.min(before.texts.length, texts.length);
  let start = 0;
  while (start < shorter && before.texts[start] === texts[start]) start += 1;
  if (start === before.texts.length && start === texts.length) return before;
  let tail = 0;
  while (tail < shorter - start && before.texts.at(-1 - tail) === texts.at(-1 - tail)) tail += 1;
  const end = before.keys.length - tail;
  let { next } = before;
  const keys = before.keys.slice(0, start);
  let from = start;
  let waiting = 0;
  /** Those that are no other's: in place of as many as there were, or new. */
  const settle = (until: number): void => {
    const changed = until - from === waiting ? before.keys.slice(from, until) : [];
    for (let at = 0; at < waiting; at += 1) keys.push(changed[at] ?? next++);
    waiting = 0;
  };
  for (const text of texts.slice(start, texts.length - tail)) {
    const same = before.texts.indexOf(text, from);
    if (same < 0 || same >= end) {
      waiting += 1;
      continue;
    }
    settle(same);
    keys.push(before.keys[same] ?? next++);
    from = same + 1;
  }
  settle(end);
  keys.push(...before.keys.slice(end));
  return { texts, keys, next };
}
