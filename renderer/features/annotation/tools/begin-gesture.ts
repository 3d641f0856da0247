import { colourValue, type InkSettings } from '../ink-settings.ts';
import { drawing } from './drawing.ts';
import { erasing } from './erasing.ts';
import type { Gesture, InkSurface, PointerSample } from './gesture.ts';
import { placingNote } from './placing-note.ts';

/** The gesture that the chosen tool begins, or none for the hand. */
export function beginGesture(
  settings: InkSettings,
  surface: InkSurface,
  first: PointerSample,
  eraserEnd: boolean,
): Gesture | undefined {
  // A pen turned around erases, whatever is chosen.
  if (eraserEnd) return erasing(surface, first);
  switch (settings.tool) {
    case 'select':
      return undefined;
    case 'pen':
      return drawing(
        surface,
        { tool: 'pen', colour: colourValue('pen', settings.penColour), width: settings.penWidth },
        first,
      );
    case 'highlighter':
      return drawing(
        surface,
        {
          tool: 'highlighter',
          colour: colourValue('highlighter', settings.highlighterColour),
          width: settings.highlighterWidth,
        },
        first,
      );
    case 'eraser':
      return erasing(surface, first);
    case 'note':
      return placingNote(surface, first);
    default:
      return assertNever(settings.tool);
  }
}

function assertNever(tool: never): never {
  throw new Error(`unknown tool ${String(tool)}`);
}
