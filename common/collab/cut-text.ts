/** Of a text as much as there is room for. Half of a surrogate pair can't be encoded: never cut between the two. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
}
