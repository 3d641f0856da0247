import type * as Y from 'yjs';
import { applyUpdate } from './apply-update.ts';
import type { DocumentShape } from './document-shapes.ts';
import { readUpdate, type Place } from './read-update.ts';
import { freshPart, misplaced, missingOf } from './write-check.ts';

/**
 * Applies a signed change to an open document, as far as what it builds on is there, and returns what is missing. Streams
 * of several authors come in no common order, and what two type at the same time builds on each other; so the whole
 * change is applied again when something that is missing has come. Yjs itself would keep the rest, without bound, and go
 * through all of it at each change.
 */
export function applyEntry(
  doc: Y.Doc,
  update: Uint8Array,
  shape: DocumentShape,
  origin: unknown,
): readonly Place[] | 'refused' {
  const whole = readUpdate(update);
  if (whole === undefined) return 'refused';
  const fresh = freshPart(update, whole, doc);
  if (misplaced(fresh.change, shape, doc)) return 'refused';
  const missing = missingOf(whole, doc);
  applyUpdate(doc, fresh.update, origin);
  if (missing.length > 0) {
    doc.store.pendingStructs = null;
    doc.store.pendingDs = null;
  }
  return missing;
}
