import { fileURLToPath } from 'node:url';

import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { beforeAll, describe, expect, it } from 'vitest';

import type { MinutesContent } from '../../common/domain/minutes.ts';
import { electronExecutable, printWithElectron } from '../../scripts/sample-papers/print.ts';
import { embeddedFonts } from './fonts.ts';
import { minutesHtml } from './minutes-html.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { FinishedDocument } from './printed-document.ts';
import { finishPrinted, findSignPlaces } from './printed-document.ts';
import { SAMPLE_MINUTES } from './sample-content.ts';

const fontFolder = fileURLToPath(new URL('../../resources/fonts', import.meta.url));
const POINTS_PER_MM = 72 / 25.4;
const runtime = await electronExecutable();
if (runtime === undefined) console.warn('No Electron has been set up: printing is not tested.');

/** Minutes whose text is `count` paragraphs longer, so that the end falls anywhere on a page. */
function minutesOfLength(count: number): MinutesContent {
  const text = Array.from({ length: count }, (_, index) => ({
    type: 'paragraph' as const,
    runs: [{ text: `Đoạn ${index + 1}. Các thành viên thảo luận và thống nhất nội dung này.` }],
  }));
  const [first, ...rest] = SAMPLE_MINUTES.items;
  return first === undefined ? SAMPLE_MINUTES : { ...SAMPLE_MINUTES, items: [{ ...first, text }, ...rest] };
}

type Line = {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly width: number;
};

async function linesByPage(pdf: Uint8Array): Promise<Line[][]> {
  const task = getDocument({ data: pdf.slice(), verbosity: 0 });
  const document = await task.promise;
  const pages: Line[][] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(
      items.flatMap((item) =>
        'str' in item && item.str.trim() !== ''
          ? [{ text: item.str, x: item.transform[4], y: item.transform[5], height: item.height, width: item.width }]
          : [],
      ),
    );
  }
  await task.destroy();
  return pages;
}

describe.skipIf(runtime === undefined)('printed minutes', () => {
  // Lengths in steps of one line from the middle of a page to the next: the end meets every position.
  const lengths = [4, ...Array.from({ length: 15 }, (_, index) => 14 + index), 120];
  let finished: FinishedDocument[] = [];
  let pages: Line[][][] = [];
  const options = { title: 'Biên bản', at: new Date('2026-11-22T03:45:00Z'), fontFolder };
  beforeAll(async () => {
    const fonts = await embeddedFonts(fontFolder);
    const printed = await printWithElectron(
      lengths.map((length) => minutesHtml(minutesOfLength(length), { fonts, draft: false })),
    );
    finished = await Promise.all(printed.map((pdf) => finishPrinted(pdf, options)));
    pages = await Promise.all(finished.map(({ pdf }) => linesByPage(pdf)));
  }, 120_000);

  it('number every page but the first, centred in the top margin', () => {
    for (const document of pages) {
      const inMargin = document.map((lines) => lines.filter(({ y }) => y > (297 - 19) * POINTS_PER_MM));
      expect(inMargin.map((lines) => lines.map(({ text }) => text))).toEqual(
        document.map((_, index) => (index === 0 ? [] : [String(index + 1)])),
      );
      for (const { x, width, height } of inMargin.flat()) {
        expect(Math.abs(x + width / 2 - 110 * POINTS_PER_MM)).toBeLessThan(1);
        expect(height).toBeCloseTo(14, 0);
      }
    }
  });
  it('keep text within the margins of the decree', () => {
    for (const { x, y, width } of pages.flat(2).filter(({ y: height }) => height < (297 - 19) * POINTS_PER_MM)) {
      expect(x).toBeGreaterThan(29.5 * POINTS_PER_MM);
      expect(x + width).toBeLessThan(190.5 * POINTS_PER_MM);
      expect(y).toBeGreaterThan(20 * POINTS_PER_MM);
    }
  });
  it('never leave the signatures alone on a page', () => {
    for (const document of pages) {
      const last =
        document
          .at(-1)
          ?.map(({ text }) => text)
          .join(' ') ?? '';
      expect(last).toMatch(/kết thúc vào.*THƯ KÝ.*CHỦ TỌA.*Nơi nhận/u);
    }
  });
  it('carry both signature places with their exact rectangles between title and name', async () => {
    for (const [index, { pdf, signPlaces, pages: count }] of finished.entries()) {
      expect(await findSignPlaces(pdf)).toEqual(signPlaces);
      expect(signPlaces.map(({ role, page }) => [role, page])).toEqual([
        ['secretary', count - 1],
        ['chair', count - 1],
      ]);
      const lines = pages[index]?.at(-1) ?? [];
      const above = lines.find(({ text }) => text.includes('THƯ KÝ'))?.y ?? 0;
      const below = lines.find(({ text }) => text.includes('Hoàng Thị Ghi Chép'))?.y ?? 0;
      for (const {
        rect: [left, bottom, right, top],
      } of signPlaces) {
        expect((right - left) / POINTS_PER_MM).toBeCloseTo(70, 0);
        expect((top - bottom) / POINTS_PER_MM).toBeCloseTo(30, 0);
        expect(top).toBeLessThan(above);
        expect(bottom).toBeGreaterThan(below);
      }
      expect(signPlaces[0]?.rect[2]).toBeLessThan(signPlaces[1]?.rect[0] ?? 0);
    }
  });
  it('are the same bytes for the same print, in a classic file', async () => {
    const fonts = await embeddedFonts(fontFolder);
    const [printed = new Uint8Array()] = await printWithElectron([
      minutesHtml(SAMPLE_MINUTES, { fonts, draft: false }),
    ]);
    const [one, other] = [await finishPrinted(printed, options), await finishPrinted(printed, options)];
    expect(Buffer.compare(one.pdf, other.pdf)).toBe(0);
    expect(Buffer.from(one.pdf).toString('latin1')).toMatch(/trailer\n<<[\s\S]*startxref\n\d+\n%%EOF\s*$/u);
  });
});

describe('page style', () => {
  it('has the measures of Decree 30/2020', () => {
    expect(PAGE_STYLE).toContain('@page { size: A4 portrait; margin: 20mm 20mm 20mm 30mm; }');
    expect(PAGE_STYLE).toContain('text-indent: 12.7mm');
  });
});
