export interface WordTree {
  [key: string]: string | WordTree;
}

/**
 * Adds one language file of a feature. `papers.vi.json` holds either what is said as `papers.…`, or several branches of
 * which one is named `papers`.
 */
export function addWords(all: WordTree, path: string, content: WordTree): void {
  const name = /([a-z-]+)\.(?:vi|en)\.json$/.exec(path)?.[1] ?? '';
  const branches = typeof content[name] === 'object' ? content : { [name]: content };
  for (const [branch, words] of Object.entries(branches)) {
    if (all[branch] !== undefined) throw new Error(`Two language files speak for ${branch}`);
    all[branch] = words;
  }
}
