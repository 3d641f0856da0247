import type { Page } from '@playwright/test';

/** Pixels that carry ink on a page: finished, and still being drawn by others. */
export const inkOn = (page: Page, number = 1) =>
  page.getByTestId(`ink-${number}`).evaluate((dry) => {
    const count = (canvas: unknown): number => {
      if (!(canvas instanceof HTMLCanvasElement) || canvas.width === 0 || canvas.height === 0) return 0;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let inked = 0;
      for (let at = 3; at < pixels.length; at += 4) if ((pixels[at] ?? 0) > 0) inked += 1;
      return inked;
    };
    return { dry: count(dry), live: count(dry.nextElementSibling) };
  });
