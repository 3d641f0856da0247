/** Text as it is searched (no diacritics, no case, single spaces), with the way back to where each letter came from. */
export interface FoldedText {
  readonly text: string;
  /** For each UTF-16 unit of `text`, the index of its letter in the original; one entry more for the end. */
  readonly origins: Uint32Array;
}

/**
 * Folds for searching: NFC -> NFD -> without U+0300-036F -> đ to d -> lower case, runs of white space to one space.
 * "Uỷ ban", "Ủy ban" and "uy ban" become the same; so do "Đ" and "d", which Unicode does not decompose.
 */
export function foldText(original: string): FoldedText {
  const units: string[] = [];
  const origins: number[] = [];
  let index = 0;
  for (const character of original) {
    const folded = foldCharacter(character);
    for (const unit of folded) {
      if (unit === ' ' && (units.length === 0 || units.at(-1) === ' ')) continue;
      for (let part = 0; part < unit.length; part += 1) {
        units.push(unit.charAt(part));
        origins.push(index);
      }
    }
    index += character.length;
  }
  origins.push(index);
  return { text: units.join(''), origins: Uint32Array.from(origins) };
}

export interface TextMatch {
  /** Range in the original text. */
  readonly start: number;
  readonly end: number;
}

/** All matches of a query, as ranges of the original, not overlapping; at most `limit`. */
export function findMatches(folded: FoldedText, query: string, limit: number): readonly TextMatch[] {
  const needle = foldText(query).text.trimEnd();
  if (needle === '') return [];
  const matches: TextMatch[] = [];
  for (
    let at = folded.text.indexOf(needle);
    at >= 0 && matches.length < limit;
    at = folded.text.indexOf(needle, at + needle.length)
  ) {
    const last = at + needle.length - 1;
    const lastOrigin = folded.origins[last] as number;
    // The end is where the next folded letter begins, so that marks belonging to the last letter are covered.
    let next = last + 1;
    while (next < folded.text.length && folded.origins[next] === lastOrigin) next += 1;
    const end = folded.origins[next] as number;
    matches.push({ start: folded.origins[at] as number, end: Math.max(end, lastOrigin + 1) });
  }
  return matches;
}

function foldCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 128) return code <= 32 ? ' ' : character.toLowerCase();
  return character
    .normalize('NFC')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/\s/g, ' ');
}
