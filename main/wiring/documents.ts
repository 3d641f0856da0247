import type { MinutesContent } from '../../common/domain/minutes.ts';
import { embeddedFonts, linkedFonts, type DocumentFonts } from '../documents/fonts.ts';
import { minutesHtml } from '../documents/minutes-html.ts';
import { checkPdf } from '../documents/paper-check.ts';
import { finishPrinted } from '../documents/printed-document.ts';
import type { Documents } from '../meetings/ports.ts';

/** Prints a self-contained page to a PDF; undefined where there is no window to do it. */
export type Print = ((html: string) => Promise<Uint8Array>) | undefined;

/** The port `Documents`: minutes as page and as PDF, and the check of papers. */
export function documents(fontFolder: string, print: Print, now: () => Date): Documents {
  let fonts: Promise<DocumentFonts> | undefined;
  return {
    async checkPdf(path, limits) {
      const checked = await checkPdf(path, limits);
      return checked.ok ? { ok: true, pages: checked.pages } : { ok: false, reason: checked.reason };
    },
    minutesPreview: (content) => minutesHtml(content, { fonts: linkedFonts('phien://app/fonts'), draft: true }),
    printMinutes: print && ((content) => printMinutes(content, print)),
  };

  async function printMinutes(content: MinutesContent, printer: NonNullable<Print>): Promise<Uint8Array> {
    fonts ??= embeddedFonts(fontFolder);
    const printed = await printer(minutesHtml(content, { fonts: await fonts, draft: false }));
    const finished = await finishPrinted(printed, { title: `Biên bản ${content.title}`, at: now(), fontFolder });
    return finished.pdf;
  }
}
