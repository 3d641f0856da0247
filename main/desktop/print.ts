import { BrowserWindow, session } from 'electron';

import type { Print, PrintOptions } from '../desktop-port.ts';
import { printPolicy } from './content-security.ts';
import { scheme } from './scheme.ts';

/** Longest that a page may take to load and print, milliseconds. */
const patience = 60_000;
const millimetresPerInch = 25.4;

/**
 * Prints pages with a hidden window of their own session: JavaScript is off, nothing is fetched, nothing is kept. One
 * after another, since Chromium prints no faster in parallel.
 */
export function createPrinter(): Print {
  const pages = new Map<string, string>();
  let next = 1;
  let queue: Promise<unknown> = Promise.resolve();
  let prepared: Electron.Session | undefined;

  function printSession(): Electron.Session {
    if (prepared) return prepared;
    prepared = session.fromPartition('print');
    prepared.protocol.handle(scheme, (request) => {
      const page = pages.get(request.url);
      if (page === undefined) return new Response(null, { status: 404 });
      return new Response(page, {
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': printPolicy },
      });
    });
    return prepared;
  }

  async function printNow(html: string, options: PrintOptions): Promise<Uint8Array> {
    const url = `${scheme}://print/${next++}`;
    pages.set(url, html);
    const window = new BrowserWindow({
      show: false,
      width: 794,
      height: 1123,
      webPreferences: {
        session: printSession(),
        sandbox: true,
        contextIsolation: true,
        javascript: false,
        spellcheck: false,
      },
    });
    try {
      await window.loadURL(url);
      const { margins } = options;
      const pdf = await window.webContents.printToPDF({
        pageSize: 'A4',
        landscape: options.landscape ?? false,
        preferCSSPageSize: true,
        printBackground: true,
        generateTaggedPDF: true,
        generateDocumentOutline: true,
        displayHeaderFooter: options.header !== undefined || options.footer !== undefined,
        headerTemplate: options.header ?? '<span></span>',
        footerTemplate: options.footer ?? '<span></span>',
        margins: margins
          ? {
              top: margins.top / millimetresPerInch,
              right: margins.right / millimetresPerInch,
              bottom: margins.bottom / millimetresPerInch,
              left: margins.left / millimetresPerInch,
            }
          : { top: 0, right: 0, bottom: 0, left: 0 },
      });
      return new Uint8Array(pdf);
    } finally {
      pages.delete(url);
      window.destroy();
    }
  }

  return (html, options = {}) => {
    const result = queue.then(() => withTimeout(printNow(html, options)));
    queue = result.catch(() => undefined);
    return result;
  };
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('printing took too long')), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
