import type { MinutesBlock, MinutesOrganisation, TextRun } from '../../common/domain/minutes.ts';
import type { DocumentFonts } from './fonts.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { PAGE_STYLE } from './page-style.ts';

export type PageOptions = {
  readonly fonts: DocumentFonts;
  /** Marks every page with DỰ THẢO: anything that is not the text to be signed. */
  readonly draft: boolean;
  /**
   * Nonce of the page that shows this document in a frame: a `srcdoc` frame inherits that page's
   * Content-Security-Policy, which lets no style sheet in without it.
   */
  readonly nonce?: string;
};

const NONCE = /^[A-Za-z0-9+/_-]{8,}={0,2}$/u;

/**
 * A complete document that runs no script and fetches nothing but its fonts. There are no style attributes in any of
 * our documents, so that they also show under a policy with a nonce.
 * @throws RangeError for a nonce that could break out of its attribute: a bug of the caller.
 */
export function page(title: string, body: Html, options: PageOptions): string {
  const { nonce, fonts, draft } = options;
  if (nonce !== undefined && !NONCE.test(nonce)) throw new RangeError('nonce is not base64');
  const styleSource = nonce === undefined ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  const policy = `default-src 'none'; style-src ${styleSource}; font-src ${fonts.sources}; base-uri 'none'; form-action 'none'`;
  const style: Html = {
    html: `<style${nonce === undefined ? '' : ` nonce="${nonce}"`}>\n${fonts.rules}\n${PAGE_STYLE}</style>`,
  };
  const mark = draft && html`<div class="draft-mark" aria-hidden="true">DỰ THẢO</div>`;
  return html`<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
${style}
</head>
<body${draft && { html: ' class="draft"' }}>
${mark}
<main>
${body}
</main>
</body>
</html>
`.html;
}

/** The two columns on top of page 1. `below` is what stands under each: number and symbol; place and date. */
export function letterhead(organisation: MinutesOrganisation, below: { left?: Html; right?: Html }): Html {
  return html`<header class="letterhead">
    <div class="agency">
      ${organisation.parent !== undefined && html`<p class="parent">${organisation.parent.toLocaleUpperCase('vi')}</p>`}
      <p class="name"><span>${organisation.name.toLocaleUpperCase('vi')}</span></p>
      ${below.left}
    </div>
    <div class="state">
      <p class="republic">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</p>
      <p class="motto"><span>Độc lập - Tự do - Hạnh phúc</span></p>
      ${below.right}
    </div>
  </header>`;
}

function run({ text, bold, italic }: TextRun): Html {
  let result = html`${text}`;
  if (italic === true) result = html`<em>${result}</em>`;
  if (bold === true) result = html`<strong>${result}</strong>`;
  return result;
}

/** Before the items of a list, of a list in a list, and of all further in. */
const MARKS = ['-', '+', '•'] as const;

/** Free text as typed by people: paragraphs and items of lists. Empty ones are left out. */
export function blocks(list: readonly MinutesBlock[]): Html {
  return html`${list.map((block) => {
    if (block.runs.every(({ text }) => text.trim() === '')) return undefined;
    const text = html`${block.runs.map(run)}`;
    if (block.type === 'paragraph') return html`<p>${text}</p> `;
    const step = Math.min(block.level, MARKS.length);
    return html`<p class="dash level-${step}">${block.continued !== true && `${MARKS[step - 1]} `}${text}</p> `;
  })}`;
}

/** Every text ends in a full stop once, whatever people typed. */
export function stopped(text: string): string {
  return /[.!?:;…]$/u.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

/** Nơi nhận: every line ends in a semicolon, the last, which names the file, in a full stop. */
export function recipientList(recipients: readonly string[], file: string): Html {
  const lines = recipients.map((line) => line.trim().replace(/^[-–]\s*|[;.,]+$/gu, '')).filter((line) => line !== '');
  return html`<div class="recipients">
    <p class="heading">Nơi nhận:</p>
    ${lines.map((line) => html`<p>- ${line};</p> `)}
    <p>- ${file}</p>
  </div>`;
}
