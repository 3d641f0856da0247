// Runs in a worker thread: all of signing but the key, which stays in the engine. The first time takes 0.1 s and more.
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

import { asSha256 } from '../../common/domain/ids.ts';
import { SIGNATURE_FIELDS } from '../../common/domain/minutes-signatures.ts';
import { SigningError, type SigningErrorCode } from './errors.ts';
import { findLinkRects } from './pdf/links.ts';
import { appendPlaceholder } from './placeholder.ts';
import { prepareSignatures } from './prepare.ts';
import { checkIncrement } from './sign.ts';

/** How the printed page marks where a signature goes: not our own scheme, whose addresses Chromium would rewrite. */
const PLACE = 'phien-sign:';

export type SigningTask =
  | { readonly step: 'prepare'; readonly pdf: Uint8Array; readonly regular: Uint8Array }
  | {
      readonly step: 'append';
      readonly pdf: Uint8Array;
      readonly role: 'secretary' | 'chair';
      /** DER, the signer's own first. */
      readonly chain: readonly Uint8Array[];
      readonly time: Date;
      /** What the visible signature says, line by line. */
      readonly lines: readonly string[];
    };

/** Of `prepare`: the document. */
export type Prepared = { readonly pdf: Uint8Array } | { readonly error: SigningErrorCode };
/** Of `append`: what comes behind the document, with an empty signature, and what the key is to sign. */
export type Appended =
  | { readonly increment: Uint8Array; readonly digest: Uint8Array }
  | { readonly error: SigningErrorCode };

function prepare({ pdf, regular }: Extract<SigningTask, { step: 'prepare' }>): Prepared {
  const places = findLinkRects(pdf, PLACE);
  const fields = (['secretary', 'chair'] as const).map((role) => {
    const place = places.find((one) => one.uri === PLACE + role);
    if (!place) throw new Error(`the printed minutes have no place for the signature of the ${role}`);
    return { name: SIGNATURE_FIELDS[role], page: place.page, rect: place.rect };
  });
  return { pdf: prepareSignatures(pdf, fields, { regular }, { disarmLinks: PLACE }) };
}

function append({ pdf, role, chain, time, lines }: Extract<SigningTask, { step: 'append' }>): Appended {
  const field = SIGNATURE_FIELDS[role];
  const { increment } = appendPlaceholder(pdf, {
    field,
    role: role === 'secretary' ? 'certify' : 'approve',
    chain,
    time,
    lines,
  });
  const approved = { sha256: asSha256(createHash('sha256').update(pdf).digest('hex')), length: pdf.byteLength };
  return { increment, digest: checkIncrement({ approved, revision: pdf, increment, field, chain, lines, now: time }) };
}

function answer(task: SigningTask): Prepared | Appended {
  try {
    return task.step === 'prepare' ? prepare(task) : append(task);
  } catch (error) {
    if (error instanceof SigningError) return { error: error.code };
    throw error;
  }
}

parentPort?.postMessage(answer(workerData as SigningTask));
