import { assertNever } from '../../common/domain/assert-never.ts';
import type { MinutesContent } from '../../common/domain/minutes.ts';
import { embeddedFonts, linkedFonts, type DocumentFonts } from '../documents/fonts.ts';
import { minutesHtml } from '../documents/minutes-html.ts';
import { invitationHtml } from '../documents/invitation-html.ts';
import { attendanceListHtml, voteListHtml } from '../documents/lists-html.ts';
import { checkPdf } from '../documents/paper-check.ts';
import { finishPrinted } from '../documents/printed-document.ts';
import type { ListPrinting, PrintedList } from '../meetings/meeting-lists.ts';
import type { Documents } from '../meetings/ports.ts';

/** Prints a self-contained page to a PDF; undefined where there is no window to do it. */
export type Print = ((html: string) => Promise<Uint8Array>) | undefined;

/** The ports `Documents` and `ListPrinting`: minutes as page and as PDF, lists as PDF, and the check of papers. */
export function documents(fontFolder: string, print: Print, now: () => Date): Documents & ListPrinting {
  let fonts: Promise<DocumentFonts> | undefined;
  return {
    async checkPdf(path, limits) {
      const checked = await checkPdf(path, limits);
      return checked.ok ? { ok: true, pages: checked.pages } : { ok: false, reason: checked.reason };
    },
    minutesPreview: (content) => minutesHtml(content, { fonts: linkedFonts('phien://app/fonts'), draft: true }),
    printList: print && ((list) => printList(list, print)),
    printMinutes: print && ((content) => printMinutes(content, print)),
  };

  async function printMinutes(content: MinutesContent, printer: NonNullable<Print>): Promise<Uint8Array> {
    fonts ??= embeddedFonts(fontFolder);
    const printed = await printer(minutesHtml(content, { fonts: await fonts, draft: false }));
    const finished = await finishPrinted(printed, { title: `Biên bản ${content.title}`, at: now(), fontFolder });
    return finished.pdf;
  }

  async function printList(list: PrintedList, printer: NonNullable<Print>): Promise<Uint8Array> {
    fonts ??= embeddedFonts(fontFolder);
    const page = listPage(list, await fonts);
    const printed = await printer(page.html);
    return (await finishPrinted(printed, { title: page.title, at: now(), fontFolder })).pdf;
  }
}

function listPage(list: PrintedList, fonts: DocumentFonts): { readonly html: string; readonly title: string } {
  const options = { fonts, draft: false };
  switch (list.kind) {
    case 'attendance':
      return { html: attendanceListHtml(list.content, options), title: `Danh sách điểm danh ${list.content.title}` };
    case 'vote':
      return { html: voteListHtml(list.content, options), title: `Danh sách biểu quyết ${list.content.title}` };
    case 'invitation':
      return {
        // Signed on paper or elsewhere: the link that marks a signature field would only be a dead one.
        html: invitationHtml(list.content, options).replaceAll(/ href="phien-sign:[a-z]+"/g, ''),
        title: `Giấy mời ${list.content.title}`,
      };
    default:
      return assertNever(list);
  }
}
