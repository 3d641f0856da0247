import * as pdfjs from 'pdfjs-dist/legacy/build/pdf.mjs';

/** Where the build puts pdf.js's worker scripts, character maps, fonts, colour profiles and decoders. */
export const PDFJS_ASSETS = '/pdfjs/';

const asset = (path: string): string => new URL(PDFJS_ASSETS + path, location.href).href;

pdfjs.GlobalWorkerOptions.workerSrc = asset('pdf.worker.min.mjs');
// With it, pages are drawn outside of the main thread.
pdfjs.GlobalWorkerOptions.rendererSrc = asset('pdf.renderer.min.mjs');

/** Nothing of a paper may run or reach out (this version of pdf.js never evaluates code of a paper), and no image may take more than 100 million pixels. */
const safeParameters = {
  cMapUrl: asset('cmaps/'),
  cMapPacked: true,
  standardFontDataUrl: asset('standard_fonts/'),
  wasmUrl: asset('wasm/'),
  iccUrl: asset('iccs/'),
  // pdf.js itself allows this for http(s) only, and else reads these files on the main thread.
  useWorkerFetch: true,
  enableXfa: false,
  maxImageSize: 100e6,
  canvasMaxAreaInBytes: 100e6 * 4,
  useSystemFonts: false,
  verbosity: pdfjs.VerbosityLevel.ERRORS,
};

let spare: pdfjs.PDFWorker | undefined;

/** Starts a worker before it is needed: starting takes longer than opening most papers. */
export function prepareWorker(): void {
  spare ??= pdfjs.PDFWorker.create({});
}

function takeWorker(): pdfjs.PDFWorker {
  const worker = spare ?? pdfjs.PDFWorker.create({});
  spare = undefined;
  return worker;
}

export type PaperSource = { readonly data: Uint8Array } | { readonly range: pdfjs.PDFDataRangeTransport };

/** Opens a document with a worker of its own, which ends with it. */
export function openDocument(source: PaperSource): {
  readonly document: Promise<pdfjs.PDFDocumentProxy>;
  close(): void;
} {
  const worker = takeWorker();
  const task = pdfjs.getDocument({
    ...safeParameters,
    ...('data' in source
      ? { data: source.data }
      : { range: source.range, rangeChunkSize: 65_536, disableStream: true, disableAutoFetch: true }),
    worker,
  });
  return {
    document: task.promise,
    close() {
      void task.destroy().finally(() => worker.destroy());
    },
  };
}

export const { PDFDataRangeTransport, TextLayer, AnnotationMode } = pdfjs;
export type { PDFDocumentProxy, PDFPageProxy, PageViewport, RenderTask } from 'pdfjs-dist/legacy/build/pdf.mjs';
