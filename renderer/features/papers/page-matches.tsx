import { useLayoutEffect, useState, type ReactNode } from 'react';
import type { PageTextMatch } from './paper-text.ts';

interface Mark {
  readonly key: string;
  readonly active: boolean;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Marks over the words that were searched for; measured on the page's text elements, so they fit at any zoom. */
export function PageMatches(props: {
  readonly matches: readonly PageTextMatch[];
  readonly active: PageTextMatch | undefined;
  readonly textDivs: readonly HTMLElement[];
  readonly scale: number;
}): ReactNode {
  const [marks, setMarks] = useState<readonly Mark[]>([]);

  useLayoutEffect(() => {
    const found: Mark[] = [];
    for (const [index, match] of props.matches.entries()) {
      for (const { piece, start, end } of match.pieces) {
        const node = props.textDivs[piece]?.firstChild;
        const page = node?.parentElement?.closest('.paper-page')?.getBoundingClientRect();
        if (!(node instanceof Text) || page === undefined || start >= node.length) continue;
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, Math.min(end, node.length));
        const box = range.getBoundingClientRect();
        if (box.width === 0) continue;
        found.push({
          key: `${index}-${piece}`,
          active: match === props.active,
          left: box.left - page.left,
          top: box.top - page.top,
          width: box.width,
          height: box.height,
        });
      }
    }
    setMarks(found);
  }, [props.matches, props.active, props.textDivs, props.scale]);

  return (
    <div className="paper-matches" aria-hidden="true">
      {marks.map(({ key, active, ...box }) => (
        <div key={key} className={active ? 'paper-match paper-match-active' : 'paper-match'} style={box} />
      ))}
    </div>
  );
}
