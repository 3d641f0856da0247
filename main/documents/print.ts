/** What the printing side needs besides the document: everything else stands in its CSS. */
export type PrintOptions = {
  /** Paper size, orientation and margins come from the document's `@page` rules. */
  readonly preferCSSPageSize: true;
  readonly printBackground: true;
  /** A structure tree for screen readers. */
  readonly generateTaggedPDF: true;
};

export const PRINT_OPTIONS: PrintOptions = { preferCSSPageSize: true, printBackground: true, generateTaggedPDF: true };

/**
 * Turns a complete document into a PDF with Chromium: hidden window, sandboxed, no scripts, no network. The document
 * carries its fonts and measures up to some MB, so it is loaded from a file or a scheme, never as a `data:` address.
 */
export type PrintHtml = (html: string, options: PrintOptions) => Promise<Uint8Array>;
