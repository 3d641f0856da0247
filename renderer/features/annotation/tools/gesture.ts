import type { Stroke } from '../../../../common/collab/stroke.ts';
import type { PageGeometry } from '../../../ui/page-overlay.ts';
import type { LiveInkSender } from '../live-ink.ts';
import type { WetInk } from '../wet-ink.ts';

/** One place the pointer was at. */
export interface PointerSample {
  /** CSS pixels from the page's top left, kept on the page. */
  readonly left: number;
  readonly top: number;
  /** CSS pixels of the window: where the hand is, even when the page moves below it. */
  readonly clientX: number;
  readonly clientY: number;
  /** 0 to 255; undefined for pointers without. */
  readonly pressure: number | undefined;
}

/** What happens between putting a pointer down and lifting it. Exactly one of `finish` and `cancel` ends it. */
export interface Gesture {
  move(samples: readonly PointerSample[]): void;
  finish(): void;
  /** The pointer was taken away (a second finger, another window): nothing of the gesture may stay. */
  cancel(): void;
}

/** The page a gesture happens on, and what it may do there. */
export interface InkSurface {
  readonly geometry: PageGeometry;
  readonly scroller: HTMLElement | null;
  startWetInk(pen: { readonly tool: 'pen' | 'highlighter'; readonly colour: number; readonly width: number }): WetInk;
  /** Undefined while writing privately: nothing of it may be sent. */
  readonly live: LiveInkSender | undefined;
  newId(): string;
  commit(id: string, stroke: Stroke): void;
  /** Own strokes on this page, shared and private. */
  ownStrokes(): readonly { readonly id: string; readonly stroke: Stroke }[];
  /** Strokes about to be erased are shown faintly. */
  fade(ids: ReadonlySet<string>): void;
  erase(ids: ReadonlySet<string>): void;
  placeNote(x: number, y: number): void;
}
