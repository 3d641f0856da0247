import type { Link } from '../sync/link.ts';

/** Documents that windows have open: live over whatever link there is, one after the other. */
export interface SharedDocuments {
  /** Asked for the same document twice, it is followed until both have let go of it. */
  share(name: string): () => void;
  /** From now on over this link; undefined: there is none. */
  over(link: Link | undefined): void;
}

export function shareDocuments(): SharedDocuments {
  const shared = new Map<string, { holders: number; release: (() => void) | undefined }>();
  let link: Link | undefined;
  return {
    share(name) {
      const document = shared.get(name) ?? { holders: 0, release: link?.follow(name).release };
      shared.set(name, document);
      document.holders++;
      let released = false;
      return () => {
        if (released) return;
        released = true;
        if (--document.holders > 0) return;
        shared.delete(name);
        document.release?.();
      };
    },
    over(now) {
      link = now;
      for (const [name, document] of shared) {
        document.release?.();
        document.release = link?.follow(name).release;
      }
    },
  };
}
