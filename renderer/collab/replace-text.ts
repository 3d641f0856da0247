import type * as Y from 'yjs';

/** Makes `text` say `after`, changing only what differs. */
export function replaceText(text: Y.Text, after: string): void {
  const before = text.toString();
  if (before === after) return;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  // Half of a surrogate pair can't be encoded: never cut between the two.
  if (start > 0 && /[\uD800-\uDBFF]/.test(after[start - 1] ?? '')) start -= 1;
  if (tail > 0 && /[\uDC00-\uDFFF]/.test(after[after.length - tail] ?? '')) tail -= 1;
  text.doc?.transact(() => {
    text.delete(start, before.length - tail - start);
    text.insert(start, after.slice(start, after.length - tail));
  });
}
