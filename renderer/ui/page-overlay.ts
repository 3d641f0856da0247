import type { ReactNode } from 'react';

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

/** What something drawn over a paper (ink, notes) gives to the reader, which knows nothing about it. */
export interface PageOverlay {
  /** A row under the reader's own tools. */
  readonly tools: ReactNode;
  /** Beside the pages. */
  readonly panel: ReactNode;
  /** A sign over the pages, outside of what scrolls. */
  readonly banner: ReactNode;
  /** Covers one page that is rendered. */
  renderPage(geometry: PageGeometry): ReactNode;
  /** Added to the element around the pages. */
  readonly className: string;
  /** Keys not taken by the reader. Returns true when it used the key. */
  onKey(event: KeyboardEvent, reader: { readonly page: number; readonly stage: HTMLElement }): boolean;
}
