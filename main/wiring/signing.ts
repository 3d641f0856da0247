import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asSha256 } from '../../common/domain/ids.ts';
import { SIGNATURE_FIELDS } from '../../common/domain/minutes-signatures.ts';
import { verdictOf, type Verdict } from '../../common/domain/verdict.ts';
import type { PdfSigning, SignerInfo } from '../meetings/ports.ts';
import { SigningError } from '../signing/errors.ts';
import { findLinkRects } from '../signing/pdf/links.ts';
import { appendPlaceholder } from '../signing/placeholder.ts';
import { prepareSignatures } from '../signing/prepare.ts';
import { embedCms, signIncrement } from '../signing/sign.ts';
import type { VerifyTask } from '../signing/verify-worker.ts';
import { inWorker, workerFile, type WorkerBounds } from '../threads/bounded-thread.ts';

/** How the printed page marks where a signature goes: not our own scheme, whose addresses Chromium would rewrite. */
const PLACE = 'phien-sign:';

/** The largest files that are verified (256 MB, two signatures) take seconds on old laptops. */
const VERIFICATION: WorkerBounds = { timeoutMs: 60_000, heapMb: 1024 };

/**
 * Checks signed PDFs, away from this thread; needs nothing but the roots to trust. What takes too long or too much memory
 * can't be told, and the verdict says so.
 */
export async function pdfVerifier(
  pdf: Uint8Array,
  { trust, expected }: Parameters<PdfSigning['verify']>[1],
  bounds = VERIFICATION,
): Promise<Verdict> {
  const copy = new Uint8Array(pdf);
  const task: VerifyTask = { pdf: copy, options: { trust, ...(expected ? { expected } : {}) } };
  const checked = await inWorker<Verdict>(workerFile('signing/verify-worker'), task, bounds, [copy.buffer]);
  return 'answer' in checked ? checked.answer : verdictOf(['verification-stopped']);
}

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
    verify: (pdf, options) => pdfVerifier(pdf, options),
  };
}

/** What the visible signature says (Circular 15/2025: signer, agency, time with offset). */
function visibleLines(who: SignerInfo, time: Date): string[] {
  const local = new Date(time.getTime() + 7 * 3_600_000).toISOString().slice(0, 19);
  return [`Ký bởi: ${who.name}`, `Cơ quan: ${who.organisation}`, `Thời gian ký: ${local}+07:00`];
}
