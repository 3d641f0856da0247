import { useEffect, useMemo, useRef, useState } from 'react';
import { matchesOnPage, MAX_MATCHES, readPageText, type PageText, type PageTextMatch } from './paper-text.ts';
import type { RenderQueue } from './render-queue.ts';
import type { OpenPaper } from './use-paper.ts';

export interface FindState {
  readonly query: string;
  setQuery(query: string): void;
  readonly matches: readonly PageTextMatch[];
  readonly byPage: ReadonlyMap<number, readonly PageTextMatch[]>;
  /** Index in `matches`; -1 when there is none. */
  readonly active: number;
  step(direction: 1 | -1): void;
  /** Pages whose text was read so far, out of all. */
  readonly read: number;
  /** The paper has no text at all: scanned pictures. */
  readonly noText: boolean;
}

const NO_MATCHES: ReadonlyMap<number, readonly PageTextMatch[]> = new Map();
const TYPING_PAUSE = 150;
/** How often the list grows while pages are still being read. Milliseconds. */
const REPORT_EVERY = 250;
/** How long reading a page's text may wait for pages being drawn. Milliseconds. */
const DRAWING_FIRST = 400;

/** Search through a whole paper. Text is read once, page by page, when the search is first used. */
export function useFind(
  paper: OpenPaper | undefined,
  wanted: boolean,
  page: number,
  rest: RenderQueue['rest'],
): FindState {
  const [query, setQuery] = useState('');
  const [settled, setSettled] = useState('');
  const [active, setActive] = useState(-1);
  const [texts, setTexts] = useState<readonly PageText[]>([]);
  const startPage = useRef(page);
  startPage.current = page;

  useEffect(() => {
    const timer = setTimeout(() => setSettled(query), TYPING_PAUSE);
    return () => clearTimeout(timer);
  }, [query]);

  useEffect(() => {
    setTexts([]);
    setActive(-1);
  }, [paper]);

  const reading = useRef<OpenPaper>(undefined);
  useEffect(() => {
    if (!wanted || paper === undefined || reading.current === paper) return;
    reading.current = paper;
    void readAll(paper, setTexts, rest, () => reading.current === paper);
  }, [wanted, paper, rest]);
  useEffect(
    () => () => {
      reading.current = undefined;
    },
    [],
  );

  const matches = useMemo(() => {
    const found: PageTextMatch[] = [];
    if (wanted && settled.trim() !== '') {
      for (const [index, text] of texts.entries()) {
        found.push(...matchesOnPage(index + 1, text, settled, MAX_MATCHES - found.length));
        if (found.length >= MAX_MATCHES) break;
      }
    }
    return found;
  }, [texts, settled, wanted]);

  const byPage = useMemo(() => {
    if (matches.length === 0) return NO_MATCHES;
    const map = new Map<number, PageTextMatch[]>();
    for (const match of matches) map.set(match.page, [...(map.get(match.page) ?? []), match]);
    return map;
  }, [matches]);

  // A new query begins at the page being read; the list only grows at its end, so indices stay right.
  useEffect(() => setActive(-1), [settled]);
  const complete = paper !== undefined && texts.length === paper.pages;
  useEffect(() => {
    if (active >= 0 || matches.length === 0) return;
    const next = matches.findIndex((match) => match.page >= startPage.current);
    if (next >= 0) setActive(next);
    else if (complete) setActive(0);
  }, [active, matches, complete]);
  const shown = active < matches.length ? active : -1;

  return {
    query,
    setQuery,
    matches,
    byPage,
    active: shown,
    step(direction) {
      if (matches.length > 0) setActive((Math.max(shown, 0) + direction + matches.length) % matches.length);
    },
    read: texts.length,
    noText: complete && texts.every((text) => text.folded.text === ''),
  };
}

async function readAll(
  paper: OpenPaper,
  report: (texts: readonly PageText[]) => void,
  rest: RenderQueue['rest'],
  isWanted: () => boolean,
): Promise<void> {
  const texts: PageText[] = [];
  let reported = performance.now();
  try {
    const document = await paper.background();
    for (let page = 1; page <= paper.pages && isWanted(); page += 1) {
      // Two cores can't draw and read at once: what is looked at comes first.
      await rest(DRAWING_FIRST);
      // A page that can't be read has no text; the others still do.
      texts.push(await readPageText(document, page).catch(() => EMPTY));
      if (performance.now() - reported > REPORT_EVERY) {
        reported = performance.now();
        report([...texts]);
      }
    }
  } catch {
    while (texts.length < paper.pages) texts.push(EMPTY);
  }
  if (isWanted()) report(texts);
}

const EMPTY: PageText = {
  folded: { text: '', origins: new Uint32Array(1) },
  starts: new Uint32Array(1),
  heights: new Float32Array(0),
};
