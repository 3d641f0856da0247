import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import { inRoot } from '../../scripts/setup/paths.mjs';

/** A PDF of exactly so many pages, made of the sample meeting's papers over and over: text, tables, maps and scans. */
export async function longPaper(pages: number): Promise<Uint8Array> {
  const folder = inRoot('resources', 'sample-meeting');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.pdf')).sort();
  const sources = await Promise.all(files.map(async (name) => PDFDocument.load(await readFile(join(folder, name)))));
  const paper = await PDFDocument.create();
  while (paper.getPageCount() < pages)
    for (const source of sources) {
      const wanted = source.getPageIndices().slice(0, pages - paper.getPageCount());
      for (const page of await paper.copyPages(source, wanted)) paper.addPage(page);
    }
  return await paper.save();
}
