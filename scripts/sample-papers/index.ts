// Makes the papers of the sample meeting again: `node scripts/sample-papers/index.ts`. The results are committed; the
// script says in one line a paper what it made.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { PDFDocument } from '@cantoo/pdf-lib';

import { embeddedFonts } from '../../main/documents/fonts.ts';
import { html } from '../../main/documents/html.ts';
import { finishPrinted } from '../../main/documents/printed-document.ts';
import { budget, LANDSCAPE } from './budget.ts';
import { paperHtml, WIDE_LINES } from './document.ts';
import { landPlan } from './land-plan.ts';
import { asScanned, grain, petitionPages } from './petition.ts';
import { photographWithElectron, printWithElectron } from './print.ts';
import { report } from './report.ts';
import { resolution } from './resolution.ts';

const AT = new Date('2026-11-16T02:00:00Z');
const fontFolder = fileURLToPath(new URL('../../resources/fonts', import.meta.url));
const target = new URL('../../resources/sample-meeting/', import.meta.url);
const A4_AT_150_DPI = { width: 1240, height: 1754 };

const fonts = await embeddedFonts(fontFolder);
const printed = [
  {
    file: 'bao-cao-kinh-te-xa-hoi.pdf',
    title: 'Báo cáo kinh tế - xã hội 10 tháng năm 2026',
    body: report(),
    style: WIDE_LINES,
  },
  {
    file: 'du-thao-nghi-quyet.pdf',
    title: 'Dự thảo Nghị quyết dự toán ngân sách năm 2027',
    body: resolution(),
    style: WIDE_LINES,
  },
  {
    file: 'du-toan-ngan-sach-2027.pdf',
    title: 'Dự toán thu, chi ngân sách xã năm 2027',
    body: budget(),
    style: LANDSCAPE,
  },
  { file: 'quy-hoach-su-dung-dat.pdf', title: 'Thuyết minh quy hoạch sử dụng đất 2026 - 2030', body: landPlan() },
];
const pdfs = await printWithElectron(printed.map(({ title, body, style }) => paperHtml(title, body, fonts, style)));
for (const [index, { file, title, style }] of printed.entries()) {
  const margins = style === LANDSCAPE ? { left: 20, right: 20 } : { left: 30, right: 20 };
  const { pdf } = await finishPrinted(pdfs[index] ?? new Uint8Array(), { title, at: AT, fontFolder, margins });
  await keep(file, await PDFDocument.load(pdf, { updateMetadata: false }));
}

const scans = await photographWithElectron(
  petitionPages().map((body, index) =>
    paperHtml('Đơn kiến nghị', html`${body}${grain(index)}`, fonts, asScanned(index)),
  ),
  A4_AT_150_DPI,
);
const scanned = await PDFDocument.create({ updateMetadata: false });
for (const scan of scans) {
  const page = scanned.addPage([595.28, 841.89]);
  page.drawImage(await scanned.embedJpg(scan), { x: 0, y: 0, width: 595.28, height: 841.89 });
}
scanned.setTitle('Đơn kiến nghị (bản quét)');
scanned.setCreationDate(AT);
scanned.setModificationDate(AT);
await keep('don-kien-nghi-ban-quet.pdf', scanned);

/** Small files, since they travel with the application. */
async function keep(file: string, document: PDFDocument): Promise<void> {
  const bytes = await document.save({ useObjectStreams: true, updateFieldAppearances: false });
  await writeFile(new URL(file, target), bytes);
  console.log(`${file}: ${document.getPageCount()} pages, ${Math.round(bytes.length / 1024)} KB`);
}
