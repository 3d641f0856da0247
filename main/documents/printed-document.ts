import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import fontkit from '@cantoo/fontkit';
import type { PDFFont, PDFPage } from '@cantoo/pdf-lib';
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  PDFOperator,
  PDFOperatorNames,
  PDFString,
} from '@cantoo/pdf-lib';

const POINTS_PER_MM = 72 / 25.4;
const NUMBER_SIZE = 14;
/** From the upper edge of the paper to the baseline: the middle of the 20 mm margin. */
const NUMBER_BASELINE_MM = 12.5;

export type SignRole = 'secretary' | 'chair';

/** A place for a visible signature. `rect` in points from the page's lower left corner: left, bottom, right, top. */
export type SignPlace = {
  readonly role: SignRole;
  readonly page: number;
  readonly rect: readonly [number, number, number, number];
};

export type FinishOptions = {
  readonly title: string;
  /** Time written into the document information; the same input then gives the same bytes. */
  readonly at: Date;
  /** Folder with `Tinos_400Regular.ttf`. */
  readonly fontFolder: string;
  /** Horizontal margins in mm; numbers stand in the middle between them. */
  readonly margins?: { readonly left: number; readonly right: number };
};

export type FinishedDocument = {
  readonly pdf: Uint8Array;
  readonly pages: number;
  readonly signPlaces: readonly SignPlace[];
};

/**
 * Makes a document of what Chromium printed: page numbers centred in the top margin from page 2 on (Decree 30/2020,
 * annex I), marked as artefacts so that screen readers skip them; title, language and time; a classic cross-reference
 * table, which every signing tool reads. Rewrites the file, so it comes before any signature.
 */
export async function finishPrinted(printed: Uint8Array, options: FinishOptions): Promise<FinishedDocument> {
  const document = await PDFDocument.load(printed, { updateMetadata: false });
  const pages = document.getPages();
  if (pages.length > 1) {
    document.registerFontkit(fontkit);
    const file = await readFile(join(options.fontFolder, 'Tinos_400Regular.ttf'));
    const font = await document.embedFont(file, { subset: true, customName: 'PHIENN+Tinos' });
    const { left, right } = options.margins ?? { left: 30, right: 20 };
    pages.slice(1).forEach((page, index) => drawNumber(page, index + 2, font, left, right));
  }
  document.setTitle(options.title.normalize('NFC'), { showInWindowTitleBar: true });
  document.setLanguage('vi');
  document.setCreator('Phiên');
  document.setProducer('Phiên (Chromium, pdf-lib)');
  document.setCreationDate(options.at);
  document.setModificationDate(options.at);
  const pdf = await document.save({ useObjectStreams: false, updateFieldAppearances: false });
  return { pdf, pages: pages.length, signPlaces: signPlacesOf(pages) };
}

function drawNumber(page: PDFPage, number: number, font: PDFFont, leftMm: number, rightMm: number): void {
  const text = String(number);
  const { width, height } = page.getSize();
  const [left, right] = [leftMm * POINTS_PER_MM, rightMm * POINTS_PER_MM];
  const x = left + (width - left - right - font.widthOfTextAtSize(text, NUMBER_SIZE)) / 2;
  const artefact = page.doc.context.obj({ Type: 'Pagination', Subtype: 'Header' });
  page.pushOperators(
    PDFOperator.of(PDFOperatorNames.BeginMarkedContentSequence, [PDFName.of('Artifact'), artefact as never]),
  );
  page.drawText(text, { x, y: height - NUMBER_BASELINE_MM * POINTS_PER_MM, size: NUMBER_SIZE, font });
  page.pushOperators(PDFOperator.of(PDFOperatorNames.EndMarkedContent));
}

/** Finds the links that the minutes carry over the places for signatures. */
export async function findSignPlaces(pdf: Uint8Array): Promise<readonly SignPlace[]> {
  return signPlacesOf((await PDFDocument.load(pdf, { updateMetadata: false })).getPages());
}

function signPlacesOf(pages: readonly PDFPage[]): SignPlace[] {
  return pages.flatMap((page, index) => {
    const annotations = page.node.Annots();
    if (annotations === undefined) return [];
    return Array.from({ length: annotations.size() }, (_, at) => annotations.lookupMaybe(at, PDFDict)).flatMap(
      (link) => {
        const uri = link?.lookupMaybe(PDFName.of('A'), PDFDict)?.lookup(PDFName.of('URI'));
        const rect = link?.lookupMaybe(PDFName.of('Rect'), PDFArray);
        if (!(uri instanceof PDFString || uri instanceof PDFHexString) || rect === undefined) return [];
        const role = uri.decodeText().replace('phien-sign:', '');
        if (role !== 'secretary' && role !== 'chair') return [];
        const sides = rect.asArray().map((side) => (side instanceof PDFNumber ? side.asNumber() : Number.NaN));
        const [left = Number.NaN, bottom = Number.NaN, right = Number.NaN, top = Number.NaN] = sides;
        return [{ role, page: index, rect: [left, bottom, right, top] as const }];
      },
    );
  });
}
