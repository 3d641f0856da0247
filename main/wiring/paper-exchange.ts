import type { PaperRecord } from '../../common/collab/plan.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import type { PaperFetcher, PaperOffer } from '../meetings/ports.ts';
import type { Store } from '../store/open-store.ts';
import type { Credentials } from '../sync/dial.ts';
import { createPaperFetcher } from '../sync/paper-fetcher.ts';
import { createPaperOffer } from '../sync/paper-offer.ts';

interface Exchange extends Credentials {
  readonly meeting: MeetingId;
  readonly addresses: () => readonly string[];
  readonly store: Store;
  readonly logger: LinkLogger;
}

/** The use cases' port on the fetcher. It is woken by changes only: it rests from papers that the host hasn't got. */
export function fetchPapers({
  addresses,
  store,
  ...rest
}: Exchange & { readonly liveWaits: () => boolean }): PaperFetcher {
  let wanted: readonly PaperRecord[] = [];
  let last = '';
  let atHostBefore: ReadonlySet<Sha256> = new Set();
  const onProgress = new Set<() => void>();
  const onComplete = new Set<(paper: Sha256) => void>();
  const fetcher = createPaperFetcher({
    ...rest,
    source: () => addresses()[0] ?? null,
    wanted: () => wanted,
    store: store.papers,
    onProgress: () => {
      for (const listener of onProgress) listener();
    },
    onComplete: (paper) => {
      for (const listener of onComplete) listener(paper);
    },
  });
  return {
    want(papers, atHost) {
      wanted = papers;
      const now = situation(papers, addresses);
      if (now !== last) fetcher.wake();
      last = now;
      for (const paper of atHost) if (!atHostBefore.has(paper)) fetcher.arrived(paper);
      atHostBefore = atHost;
    },
    progress(paper) {
      const known = fetcher.progress().find((one) => one.sha256 === paper);
      return known
        ? { have: known.have, bytesPerSecond: known.bytesPerSecond, active: known.state === 'fetching' }
        : { have: store.papers.have(paper), bytesPerSecond: 0, active: false };
    },
    onProgress(listener) {
      onProgress.add(listener);
      return () => onProgress.delete(listener);
    },
    onComplete(listener) {
      onComplete.add(listener);
      return () => onComplete.delete(listener);
    },
    close: () => fetcher.close(),
  };
}

/** The use cases' port on what brings papers to the host. */
export function offerPapers({ addresses, store, ...rest }: Exchange): PaperOffer {
  let offered: readonly PaperRecord[] = [];
  let confirmed: ReadonlySet<Sha256> = new Set();
  let last = '';
  const made = createPaperOffer({
    ...rest,
    source: () => addresses()[0] ?? null,
    offered: () =>
      offered.flatMap((paper) => {
        const path = store.papers.file(paper.sha256)?.path;
        return path === undefined ? [] : [{ ...paper, path, confirmed: confirmed.has(paper.sha256) }];
      }),
  });
  return {
    offer(papers, atHost) {
      offered = papers;
      confirmed = atHost;
      const now = situation(papers, addresses);
      if (now !== last) made.wake();
      last = now;
    },
    close: () => made.close(),
  };
}

const situation = (papers: readonly PaperRecord[], addresses: () => readonly string[]): string =>
  [addresses()[0] ?? '', ...papers.map((paper) => paper.sha256)].join(' ');
