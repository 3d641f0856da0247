import type { DocumentFonts } from '../../main/documents/fonts.ts';
import type { Html } from '../../main/documents/html.ts';
import { html } from '../../main/documents/html.ts';
import { letterhead, page } from '../../main/documents/page.ts';

export const COMMUNE = { name: 'Ủy ban nhân dân xã Mường Thử', symbol: 'UBND' };

const SAMPLE_STYLE = `
.table { width: 100%; font-size: 12pt; line-height: 1.15; margin: 4pt 0 8pt; }
.table th, .table td { border: 0.5pt solid #000; padding: 2pt 4pt; vertical-align: middle; }
.table th { text-align: center; }
.table td { text-align: right; }
.table td:first-child, .table .text { text-align: left; }
.table tr { break-inside: avoid; }
.table .sum td { font-weight: 700; }
.caption { text-align: center; text-indent: 0; font-weight: 700; margin: 8pt 0 4pt; break-after: avoid; }
.unit { text-align: right; text-indent: 0; font-style: italic; font-size: 12pt; margin: 0 0 2pt; break-after: avoid; }
.signer { margin: 14pt 0 0 80mm; text-align: center; break-inside: avoid; font-weight: 700; }
.signer p { text-align: center; text-indent: 0; margin: 0; }
.signer .space { height: 26mm; }
.new-page { break-before: page; }
.centre { text-align: center; text-indent: 0; }
`;

export const WIDE_LINES = 'body { line-height: 1.5; }';

/** Lays out a sample paper as an official document; `style` is added at the end. */
export function paperHtml(title: string, body: Html, fonts: DocumentFonts, style = ''): string {
  return page(title, body, { fonts, draft: false }).replace('</style>', () => `${SAMPLE_STYLE}${style}</style>`);
}

export function heading(symbol: string, kind: string, title: string, date = 'ngày 16 tháng 11 năm 2026'): Html {
  return html`${letterhead(COMMUNE, {
      left: html`<p class="number">Số: …/${symbol}</p>`,
      right: html`<p class="place-date">Mường Thử, ${date}</p>`,
    })}
    <div class="title">
      <h1>${kind}</h1>
      <p>${title}</p>
    </div>`;
}

export const paragraphs = (...texts: readonly string[]): Html => html`${texts.map((text) => html`<p>${text}</p> `)}`;

export type Cell = string | number;

/** A table with its caption. Numbers are set with Vietnamese separators; the row of sums is bold. */
export function table(
  caption: string,
  unit: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
): Html {
  return html`<p class="caption">${caption}</p>
    ${unit !== '' && html`<p class="unit">Đơn vị tính: ${unit}</p>`}
    <table class="table">
      <thead>
        <tr>
          ${head.map((cell) => html`<th>${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr${{ html: /^Tổng (?:cộng|chi|thu)$/u.test(String(row[0])) ? ' class="sum"' : '' }}>${row.map((cell) => html`<td${{ html: typeof cell === 'string' ? ' class="text"' : '' }}>${typeof cell === 'number' ? vietnameseNumber(cell) : cell}</td>`)}</tr>\n`,
        )}
      </tbody>
    </table>`;
}

/** `1.234,5`, at most two decimals. */
export function vietnameseNumber(value: number): string {
  const [whole = '', decimals = ''] = (Math.round(value * 100) / 100).toString().split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/gu, '.');
  return decimals === '' ? grouped : `${grouped},${decimals}`;
}

export function signer(position: string, name: string): Html {
  return html`<div class="signer">
    <p>TM. ỦY BAN NHÂN DÂN</p>
    <p>${position}</p>
    <p class="space"></p>
    <p>${name}</p>
  </div>`;
}

/** The same numbers in every run: mulberry32. */
export function seeded(seed: number): (from: number, to: number) => number {
  let state = seed;
  return (from, to) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const unit = ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    return from + Math.floor(unit * (to - from + 1));
  };
}
