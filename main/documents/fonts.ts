import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The four faces of Tinos: metric-compatible with Times New Roman and complete for Vietnamese. */
const FACES = [
  { file: 'Tinos_400Regular.ttf', weight: 400, style: 'normal' },
  { file: 'Tinos_700Bold.ttf', weight: 700, style: 'normal' },
  { file: 'Tinos_400Regular_Italic.ttf', weight: 400, style: 'italic' },
  { file: 'Tinos_700Bold_Italic.ttf', weight: 700, style: 'italic' },
] as const;

/**
 * Where a document takes its letters from. `rules` are finished `@font-face` rules; `sources` is what a
 * Content-Security-Policy must allow for them.
 */
export type DocumentFonts = { readonly rules: string; readonly sources: string };

function fontRules(urlOf: (file: string) => string): string {
  return FACES.map(
    ({ file, weight, style }) =>
      `@font-face{font-family:Tinos;font-weight:${weight};font-style:${style};font-display:block;src:url("${urlOf(file)}") format("truetype")}`,
  ).join('\n');
}

/** Fonts inside the document (about 2 MB): for printing, where nothing may be fetched. `folder` holds the TTF files. */
export async function embeddedFonts(folder: string): Promise<DocumentFonts> {
  const data = new Map<string, string>();
  for (const { file } of FACES) data.set(file, (await readFile(join(folder, file))).toString('base64'));
  return { rules: fontRules((file) => `data:font/ttf;base64,${data.get(file) ?? ''}`), sources: 'data:' };
}

/** Fonts by address, such as `phien://app/fonts`: for the preview, which is drawn again at every change. */
export function linkedFonts(base: string): DocumentFonts {
  const url = new URL(base.endsWith('/') ? base : `${base}/`);
  const sources = url.origin === 'null' ? url.protocol : url.origin;
  return { rules: fontRules((file) => new URL(file, url).href.replace(/["\\]/gu, encodeURIComponent)), sources };
}
