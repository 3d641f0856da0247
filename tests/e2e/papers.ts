import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PDFDocument } from '@cantoo/pdf-lib';

import { makePdf } from '../fixtures/pdfs.ts';

const samples = fileURLToPath(new URL('../../resources/sample-meeting/', import.meta.url));

/** A report of ten pages in Vietnamese, with text to search. */
export const REPORT = path.join(samples, 'bao-cao-kinh-te-xa-hoi.pdf');
export const RESOLUTION = path.join(samples, 'du-thao-nghi-quyet.pdf');

/** Files that no meeting should take, each under a name of its own in `folder`. */
export async function writeBadPapers(folder: string) {
  const report = await readFile(REPORT);
  const write = async (name: string, content: Uint8Array | string): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, content);
    return file;
  };
  const locked = await PDFDocument.load(await makePdf(1));
  locked.encrypt({ userPassword: 'kin', ownerPassword: 'rat-kin' });
  const large = await PDFDocument.load(await makePdf(1));
  await large.attach(randomBytes(1_200_000), 'phu-luc.bin');
  return {
    // Its end is missing: the table of where things are, and most of the things.
    broken: await write('Báo cáo hỏng.pdf', report.subarray(0, 3000)),
    empty: await write('Tệp trống.pdf', ''),
    encrypted: await write('Có mật khẩu.pdf', await locked.save()),
    notPdf: await write('Ghi chú.pdf', 'Đây không phải là một tệp PDF.\n'),
    tooLarge: await write('Quá lớn.pdf', await large.save()),
  };
}
