/**
 * What a page of ours may load: its own files, papers, WebAssembly for pdf.js; nothing from any network. Styles made at
 * run time (Fluent, Tiptap) carry the page's nonce. The same header goes out with worker scripts: a worker does not
 * inherit the page's policy.
 */
export function appPolicy(nonce?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "connect-src 'self' phien://paper",
    "img-src 'self' blob:",
    `style-src 'self'${nonce ? ` 'nonce-${nonce}'` : ''}`,
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A page that is printed: styles and fonts inside it, no scripts, nothing fetched. */
export const printPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
