import { useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { arrangeTools, TOOL_WIDTH, type SpareTool, type ToolRoom } from './tool-room.ts';

interface Measured extends ToolRoom {
  readonly bar: RefObject<HTMLDivElement | null>;
  readonly reading: RefObject<HTMLDivElement | null>;
  readonly end: RefObject<HTMLDivElement | null>;
  readonly overlay: RefObject<HTMLDivElement | null>;
  readonly wordsBox: RefObject<HTMLSpanElement | null>;
}

const NONE: ToolRoom = { rows: 1, shown: new Set(), words: true };
/** The bar's own padding and the gaps between its groups. */
const AROUND = 20;
/** The gap before the words and what the button is wider with them. */
const WORDS_AROUND = 8;

/** Measures the groups of tools as they are drawn (words and text size differ) and arranges them anew when they change. */
export function useToolRoom(spare: readonly SpareTool[]): Measured {
  const bar = useRef<HTMLDivElement>(null);
  const reading = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const overlay = useRef<HTMLDivElement>(null);
  const wordsBox = useRef<HTMLSpanElement>(null);
  const wordsWidth = useRef(0);
  const [arranged, setArranged] = useState<ToolRoom>(NONE);
  const wanted = spare.map(({ id, group }) => `${group} ${id}`).join(',');
  const latest = useRef(spare);
  latest.current = spare;

  useLayoutEffect(() => {
    const measure = (): void => {
      setArranged((now) => {
        const spareIn = (group: SpareTool['group']): number =>
          latest.current.filter((tool) => tool.group === group && now.shown.has(tool.id)).length * TOOL_WIDTH;
        if (wordsBox.current) wordsWidth.current = wordsBox.current.offsetWidth + WORDS_AROUND;
        const widthOf = ({ current }: RefObject<HTMLDivElement | null>): number => current?.offsetWidth ?? 0;
        const next = arrangeTools(
          widthOf(bar) - AROUND,
          {
            reading: widthOf(reading) + widthOf(end) - spareIn('reading') - (wordsBox.current ? wordsWidth.current : 0),
            overlay: widthOf(overlay) - spareIn('overlay'),
            words: wordsWidth.current,
          },
          latest.current,
        );
        return next.rows === now.rows && next.words === now.words && [...next.shown].join() === [...now.shown].join()
          ? now
          : next;
      });
    };
    const observer = new ResizeObserver(measure);
    for (const { current } of [bar, reading, end, overlay]) if (current) observer.observe(current);
    measure();
    return () => observer.disconnect();
    // Two rows put the groups in another order: the new elements are observed.
  }, [wanted, arranged.rows]);

  return { ...arranged, bar, reading, end, overlay, wordsBox };
}
