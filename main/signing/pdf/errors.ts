export type PdfErrorCode =
  | 'pdf-not-a-pdf'
  | 'pdf-syntax'
  | 'pdf-xref'
  | 'pdf-encrypted'
  | 'pdf-too-large'
  | 'pdf-unsupported'
  | 'pdf-structure';

/** What the reader throws for any input it will not read. Other exceptions out of the reader are bugs. */
export class PdfError extends Error {
  readonly code: PdfErrorCode;
  /** Byte offset in the file, where one is known. */
  readonly offset: number | undefined;

  constructor(code: PdfErrorCode, detail: string, offset?: number) {
    super(offset === undefined ? `${code}: ${detail}` : `${code}: ${detail} (at byte ${offset})`);
    this.name = 'PdfError';
    this.code = code;
    this.offset = offset;
  }
}
