import type { HeldBack } from '../../common/contract/requests.ts';

/** Own changes that are on this disk and in no signed entry yet. */
export interface UnsignedChanges {
  count(): number;
  /** When the first of them was made, RFC 3339; null when there are none. */
  since(): string | null;
  /** Why some of them could not be signed the last time that it was tried. */
  heldBack(): HeldBack | null;
  onChange(listener: () => void): () => void;
}

/** The same for who stores and signs them, by document. What is being signed counts until it is signed. */
export interface UnsignedCount extends UnsignedChanges {
  add(document: string): void;
  /** It turned out to be no change. */
  takeBack(document: string): void;
  countOf(document: string): number;
  /** So many of them are signed, or there was nothing to sign. */
  signed(document: string, count: number): void;
  /** They stay unsigned. True if that is news. */
  hold(document: string, why: HeldBack): boolean;
}

export function countUnsigned(now: () => Date): UnsignedCount {
  const unsigned = new Map<string, { since: string; count: number }>();
  const held = new Map<string, HeldBack>();
  const listeners = new Set<() => void>();

  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  return {
    count: () => [...unsigned.values()].reduce((sum, { count }) => sum + count, 0),
    since: () => [...unsigned.values()].map(({ since }) => since).sort()[0] ?? null,
    heldBack() {
      const reasons = [...held.values()];
      // What holds back everything is told before what holds back one document.
      return reasons.find((why) => why !== 'too-much-written') ?? reasons[0] ?? null;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(document) {
      const known = unsigned.get(document);
      unsigned.set(document, { since: known?.since ?? now().toISOString(), count: (known?.count ?? 0) + 1 });
      changed();
    },
    takeBack(document) {
      const known = unsigned.get(document);
      if (known && known.count > 1) unsigned.set(document, { ...known, count: known.count - 1 });
      else unsigned.delete(document);
      changed();
    },
    countOf: (document) => unsigned.get(document)?.count ?? 0,
    signed(document, count) {
      const left = (unsigned.get(document)?.count ?? 0) - count;
      if (count > 0 && left > 0) unsigned.set(document, { since: now().toISOString(), count: left });
      else if (count > 0) unsigned.delete(document);
      held.delete(document);
      changed();
    },
    hold(document, why) {
      if (held.get(document) === why) return false;
      held.set(document, why);
      changed();
      return true;
    },
  };
}
