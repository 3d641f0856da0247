import type { ReactNode } from 'react';
import type { SpareToolButton } from './tool-button.tsx';

/** Where one page of a paper is on the screen and how its user space (points, y upwards) maps to it. */
export interface PageGeometry {
  /** From 1. */
  readonly page: number;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Page user space -> CSS pixels from the page's top left: [a, b, c, d, e, f] as in a PDF `cm`. */
  readonly transform: readonly [number, number, number, number, number, number];
}

/** What the reader lets those do who draw over it. */
export interface ReaderControls {
  /** The page being read, from 1. */
  readonly page: number;
  /** The element that scrolls. */
  readonly stage: HTMLElement | null;
  /** `fraction` of the page's height comes to `offset` pixels below the top of the window. */
  goTo(page: number, fraction?: number, offset?: number): void;
}

/** What something drawn over a paper (ink, notes) gives to the reader, which knows nothing about it. */
export interface PageOverlay {
  /** Stand in the reader's toolbar, after its own. */
  readonly tools: ReactNode;
  /** Follow where there is room, else lie in the reader's menu; the most wanted first. */
  readonly spareTools: readonly SpareToolButton[];
  /** A sign over the pages, outside of what scrolls. */
  readonly banner: ReactNode;
  /** Added to the element around the pages. */
  readonly className: string;
  /** Covers one page that is rendered. */
  renderPage(geometry: PageGeometry): ReactNode;
  /** Beside the pages. */
  renderPanel(reader: ReaderControls): ReactNode;
  /** Keys not taken by the reader. Returns true when it used the key. */
  onKey(event: KeyboardEvent, reader: ReaderControls): boolean;
}
