import { create } from 'zustand';

export type InkTool = 'select' | 'pen' | 'highlighter' | 'note' | 'eraser';
export type InkMode = 'shared' | 'private';
export type Colour = 'black' | 'blue' | 'red' | 'green' | 'purple' | 'orange' | 'yellow' | 'pink' | 'cyan';

/** 0xRRGGBB. Pen colours keep a contrast of 4.5:1 on white paper; highlighter colours leave black text readable. */
export const COLOURS: Readonly<Record<Colour, number>> = {
  black: 0x1a1a1a,
  blue: 0x0b4fb3,
  red: 0xc4262e,
  green: 0x0b6a2f,
  purple: 0x7a3db8,
  orange: 0xffc894,
  yellow: 0xfff27a,
  pink: 0xffb8d9,
  cyan: 0xa6ecf7,
};
export const PEN_COLOURS: readonly Colour[] = ['black', 'blue', 'red', 'green', 'purple'];
export const HIGHLIGHTER_COLOURS: readonly Colour[] = ['yellow', 'green', 'pink', 'cyan', 'orange'];
/** The highlighter's green is a light one. */
export const HIGHLIGHTER_GREEN = 0xb5f0a5;
/** Points. */
export const PEN_WIDTHS: readonly number[] = [0.75, 1.5, 3, 5];
export const HIGHLIGHTER_WIDTHS: readonly number[] = [8, 12, 18, 26];

export interface InkSettings {
  readonly tool: InkTool;
  /** Private until asked otherwise: what was meant for all can still be shared, not the other way round. */
  readonly mode: InkMode;
  readonly penColour: Colour;
  readonly penWidth: number;
  readonly highlighterColour: Colour;
  readonly highlighterWidth: number;
  readonly hideOthers: boolean;
  readonly listOpen: boolean;
  /** The note whose text is open, if any. */
  readonly openNote: string | undefined;
  /** The open note may be out of sight and should come into view once. */
  readonly revealNote: boolean;
  set(change: Partial<Omit<InkSettings, 'set'>>): void;
}

/** One pen in the hand for all papers. View state only: nothing here is stored or sent. */
export const useInkSettings = create<InkSettings>((set) => ({
  tool: 'select',
  mode: 'private',
  penColour: 'blue',
  penWidth: 1.5,
  highlighterColour: 'yellow',
  highlighterWidth: 12,
  hideOthers: false,
  listOpen: false,
  openNote: undefined,
  revealNote: false,
  set,
}));

export const colourValue = (tool: 'pen' | 'highlighter', colour: Colour): number =>
  tool === 'highlighter' && colour === 'green' ? HIGHLIGHTER_GREEN : COLOURS[colour];

export const cssColour = (colour: number): string => `#${colour.toString(16).padStart(6, '0')}`;

/** Whether the tool leaves something on the page, so that it matters who will see it. */
export const writes = (tool: InkTool): boolean => tool === 'pen' || tool === 'highlighter' || tool === 'note';
