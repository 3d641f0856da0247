/** A piece of HTML whose text has been escaped. Only this file makes one. */
export type Html = { readonly html: string };

type Part = Html | string | number | undefined | false | readonly Part[];

/**
 * Control characters and lone surrogates are illegal in HTML, and bidirectional overrides can make a printed name or
 * number read otherwise than it is stored, so none of them reaches a document.
 */
const UNPRINTABLE = /(?![\t\n])\p{Cc}|\p{Cs}|[\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/gu;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text made safe for element content and for quoted attributes, in NFC. */
export function escapeHtml(text: string): string {
  return text
    .normalize('NFC')
    .replace(UNPRINTABLE, '')
    .replace(/[&<>"']/gu, (character) => ESCAPES[character] ?? '');
}

function render(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if ('html' in part) return part.html;
  return part.map(render).join('');
}

/** Template tag: every inserted string is escaped; arrays are joined; `undefined` and `false` print nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let result = strings[0] ?? '';
  parts.forEach((part, index) => {
    result += render(part) + (strings[index + 1] ?? '');
  });
  return { html: result };
}
