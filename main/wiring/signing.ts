import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verdictOf, type Verdict } from '../../common/domain/verdict.ts';
import type { PdfSigning, SignerInfo } from '../meetings/ports.ts';
import { SigningError, type SigningErrorCode } from '../signing/errors.ts';
import { embedCms, signChecked } from '../signing/sign.ts';
import type { Appended, Prepared, SigningTask } from '../signing/sign-worker.ts';
import type { VerifyTask } from '../signing/verify-worker.ts';
import { inWorker, workerFile, type WorkerBounds } from '../threads/bounded-thread.ts';

/** The largest files that are verified (256 MB, two signatures) take seconds on old laptops. */
const BOUNDS: WorkerBounds = { timeoutMs: 60_000, heapMb: 1024 };

/**
 * Checks signed PDFs, away from this thread; needs nothing but the roots to trust. What takes too long or too much memory
 * can't be told, and the verdict says so.
 */
export async function pdfVerifier(
  pdf: Uint8Array,
  { trust, expected, acceptsClocksAhead = false }: Parameters<PdfSigning['verify']>[1],
  bounds = BOUNDS,
): Promise<Verdict> {
  const copy = new Uint8Array(pdf);
  const task: VerifyTask = { pdf: copy, options: { trust, acceptsClocksAhead, ...(expected ? { expected } : {}) } };
  const checked = await inWorker<Verdict>(workerFile('signing/verify-worker'), task, bounds, [copy.buffer]);
  return 'answer' in checked ? checked.answer : verdictOf(['verification-stopped']);
}

/** The port `PdfSigning` on our signing code. Only the key is used on this thread. */
export function pdfSigning(fontFolder: string, bounds = BOUNDS): PdfSigning {
  async function apart<Answer extends object>(task: SigningTask): Promise<Answer | { error: SigningErrorCode }> {
    const done = await inWorker<Answer>(workerFile('signing/sign-worker'), task, bounds);
    return 'answer' in done ? done.answer : { error: 'signing-stopped' };
  }
  return {
    async prepare(pdf) {
      const regular = await readFile(join(fontFolder, 'Tinos_400Regular.ttf'));
      const prepared = await apart<Prepared>({ step: 'prepare', pdf, regular });
      if ('error' in prepared) throw new SigningError(prepared.error, 'prepare');
      return prepared.pdf;
    },
    async sign(pdf, { role, who, signer, time }) {
      const lines = visibleLines(who, time);
      const appended = await apart<Appended>({ step: 'append', pdf, role, chain: signer.chain, time, lines });
      if ('error' in appended) return { ok: false, error: appended.error };
      try {
        const cms = await signChecked(appended.digest, signer);
        return { ok: true, value: embedCms(Buffer.concat([pdf, appended.increment]), cms).subarray(pdf.byteLength) };
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
