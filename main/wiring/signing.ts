import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asSha256 } from '../../common/domain/ids.ts';
import { SIGNATURE_FIELDS } from '../../common/domain/minutes-signatures.ts';
import type { PdfSigning, SignerInfo } from '../meetings/ports.ts';
import { SigningError } from '../signing/errors.ts';
import { findLinkRects } from '../signing/pdf/links.ts';
import { appendPlaceholder } from '../signing/placeholder.ts';
import { prepareSignatures } from '../signing/prepare.ts';
import { embedCms, signIncrement } from '../signing/sign.ts';
import { verifyPdf } from '../signing/verify.ts';

/** How the printed page marks where a signature goes: not our own scheme, whose addresses Chromium would rewrite. */
const PLACE = 'phien-sign:';

/** Checks signed PDFs; needs nothing but the roots to trust. */
export const pdfVerifier: PdfSigning['verify'] = (pdf, options) => Promise.resolve(verifyPdf(pdf, options));

/** The port `PdfSigning` on our signing code. */
export function pdfSigning(fontFolder: string): PdfSigning {
  return {
    async prepare(pdf) {
      const places = findLinkRects(pdf, PLACE);
      const fields = (['secretary', 'chair'] as const).map((role) => {
        const place = places.find((one) => one.uri === PLACE + role);
        if (!place) throw new Error(`the printed minutes have no place for the signature of the ${role}`);
        return { name: SIGNATURE_FIELDS[role], page: place.page, rect: place.rect };
      });
      const regular = await readFile(join(fontFolder, 'Tinos_400Regular.ttf'));
      return prepareSignatures(pdf, fields, { regular }, { disarmLinks: PLACE });
    },
    async sign(pdf, { role, who, signer, time }) {
      try {
        const field = SIGNATURE_FIELDS[role];
        const lines = visibleLines(who, time);
        const { pdf: opened, increment } = appendPlaceholder(pdf, {
          field,
          role: role === 'secretary' ? 'certify' : 'approve',
          chain: signer.chain,
          time,
          lines,
        });
        const approved = {
          sha256: asSha256(createHash('sha256').update(pdf).digest('hex')),
          length: pdf.byteLength,
        };
        const cms = await signIncrement({ approved, revision: pdf, increment, field, signer, lines, now: time });
        return { ok: true, value: embedCms(opened, cms).subarray(pdf.byteLength) };
      } catch (error) {
        if (error instanceof SigningError) return { ok: false, error: error.code };
        throw error;
      }
    },
    verify: pdfVerifier,
  };
}

/** What the visible signature says (Circular 15/2025: signer, agency, time with offset). */
function visibleLines(who: SignerInfo, time: Date): string[] {
  const local = new Date(time.getTime() + 7 * 3_600_000).toISOString().slice(0, 19);
  return [`Ký bởi: ${who.name}`, `Cơ quan: ${who.organisation}`, `Thời gian ký: ${local}+07:00`];
}
