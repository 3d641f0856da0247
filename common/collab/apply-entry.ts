import * as Y from 'yjs';
import type { DocumentShape } from './document-shapes.ts';
import { readUpdate, type Place } from './read-update.ts';
import { misplaced, missingOf } from './write-check.ts';

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
  const change = readUpdate(update);
  if (change === undefined || misplaced(change, shape, doc)) return 'refused';
  let missing = missingOf(change, doc);
  for (;;) {
    Y.applyUpdate(doc, update, origin);
    if (missing.length === 0) return missing;
    doc.store.pendingStructs = null;
    doc.store.pendingDs = null;
    const before = missing;
    missing = missingOf(change, doc);
    // Others that waited for this one may have been applied within it.
    if (missing.length === before.length && missing.every((place, at) => samePlace(place, before[at]))) return missing;
  }
}

const samePlace = (one: Place, other: Place | undefined): boolean =>
  one.client === other?.client && one.clock === other.clock;
