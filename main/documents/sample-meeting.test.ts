import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { describe, expect, it } from 'vitest';

import { checkPdf } from './paper-check.ts';

type SampleMeeting = {
  people: { name: string; role: string }[];
  items: { presenter: string; papers: { file: string; pages: number }[] }[];
};

const sample = JSON.parse(await readFile(pathOf('meeting.json'), 'utf8')) as SampleMeeting;
const papers = sample.items.flatMap((item) => item.papers);
function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../resources/sample-meeting/${file}`, import.meta.url));
}

async function textByPage(file: string): Promise<string[]> {
  const task = getDocument({ data: new Uint8Array(await readFile(pathOf(file))), verbosity: 0 });
  const document = await task.promise;
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(
      items
        .map((item) => ('str' in item ? item.str : ''))
        .join(' ')
        .replace(/\s+/gu, ' '),
    );
  }
  await task.destroy();
  return pages;
}

describe('the sample meeting', () => {
  it.each(papers.map(({ file, pages }) => [file, pages] as const))(
    '%s is a paper we accept, with %i pages',
    async (file, pages) => {
      expect(await checkPdf(pathOf(file), { maxBytes: 4_000_000 })).toMatchObject({
        ok: true,
        pages,
        restricted: false,
      });
    },
  );
  it('has one of more than a hundred pages, no two alike', async () => {
    const longest = papers.toSorted((a, b) => b.pages - a.pages)[0];
    expect(longest?.pages).toBeGreaterThan(100);
    const pages = await textByPage(longest?.file ?? '');
    expect(new Set(pages).size).toBe(pages.length);
    expect(pages[0]).toContain('quy hoạch sử dụng đất'.normalize('NFC'));
  }, 20_000);
  it('has scanned pages, on which there is nothing to find', async () => {
    expect((await textByPage('don-kien-nghi-ban-quet.pdf')).join('').trim()).toBe('');
  });
  it('names only people it has, and a chair and a secretary', () => {
    const names = sample.people.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(sample.items.map(({ presenter }) => presenter).filter((name) => !names.includes(name))).toEqual([]);
    expect(sample.people.filter(({ role }) => role === 'chair' || role === 'secretary')).toHaveLength(2);
  });
  it('is NFC throughout', () => {
    expect(JSON.stringify(sample)).toBe(JSON.stringify(sample).normalize('NFC'));
  });
});
