/** A tool that may also lie in the menu. */
export interface SpareTool {
  readonly id: string;
  /** Which of the two groups it stands in when there is room. */
  readonly group: 'reading' | 'overlay';
}

/** CSS pixels: one square button, large enough for a finger. */
export const TOOL_WIDTH = 44;

export interface ToolRoom {
  readonly rows: 1 | 2;
  readonly shown: ReadonlySet<string>;
  /** The button for presenting says in words what it does. */
  readonly words: boolean;
}

/**
 * Puts the tools into one row, or into two where one is too narrow, and says which of the spare tools find room there;
 * the others stay in the menu. `spare` comes most wanted first; widths are CSS pixels, neither spare tools nor `words`
 * counted.
 */
export function arrangeTools(
  room: number,
  widths: { readonly reading: number; readonly overlay: number; readonly words: number },
  spare: readonly SpareTool[],
): ToolRoom {
  const rows = widths.reading + widths.overlay <= room ? 1 : 2;
  const left = { reading: room - widths.reading, overlay: room - widths.overlay };
  if (rows === 1) left.reading = left.overlay = room - widths.reading - widths.overlay;
  const words = widths.words <= left.reading;
  if (words) left.reading -= widths.words;
  if (rows === 1) left.overlay = left.reading;
  const shown = new Set<string>();
  for (const { id, group } of spare) {
    if (left[group] < TOOL_WIDTH) continue;
    shown.add(id);
    left[group] -= TOOL_WIDTH;
    if (rows === 1) left.reading = left.overlay = left[group];
  }
  return { rows, shown, words };
}
