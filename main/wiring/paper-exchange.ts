import type { PaperRecord } from '../../common/collab/plan.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import type { LiveTraffic } from '../../common/wire/live-traffic.ts';
import type { PaperFetcher, PaperLink, PaperOffer } from '../meetings/ports.ts';
import type { Store } from '../store/open-store.ts';
import type { Credentials } from '../sync/dial.ts';
import type { NearBy } from '../sync/own-segment.ts';
import { createPaperFetcher, type PaperFetcher as FetchingPapers } from '../sync/paper-fetcher.ts';
import { createPaperOffer, type OfferedPaper } from '../sync/paper-offer.ts';

interface Exchange extends Credentials {
  readonly meeting: MeetingId;
  readonly addresses: () => readonly string[];
  readonly linkedSince: () => string | null;
  readonly store: Store;
  readonly logger: LinkLogger;
}

/** The use cases' port on the fetcher. It is woken by changes only: it rests from papers that the host hasn't got. */
export function fetchPapers({
  addresses,
  linkedSince,
  laptops,
  hasWhole,
  store,
  me,
  near,
  ...rest
}: Exchange &
  PaperLink & { readonly me: { member: MemberId; device: string }; readonly near: NearBy }): PaperFetcher & {
  readonly fetching: FetchingPapers['fetching'];
} {
  let wanted: readonly PaperRecord[] = [];
  let waits = false;
  let atHostBefore: ReadonlySet<Sha256> = new Set();
  const onProgress = new Set<() => void>();
  const onComplete = new Set<(paper: Sha256) => void>();
  const fetcher = createPaperFetcher({
    ...rest,
    around: {
      me: laptopId(me),
      source: () => addresses()[0] ?? null,
      laptops: () => laptops().map((one) => ({ id: laptopId(one), member: one.member, address: one.address })),
      near,
      hasWhole,
    },
    wanted: () => wanted,
    store: store.papers,
    onProgress: () => {
      for (const listener of onProgress) listener();
    },
    onComplete: (paper) => {
      for (const listener of onComplete) listener(paper);
    },
  });
  const waking = wakeWhenOther(() => fetcher.wake());
  const lookAtLink = whenRelinked(linkedSince, () => fetcher.relinked());
  return {
    want(papers, atHost) {
      wanted = papers;
      lookAtLink();
      waking.look(addresses()[0] ?? null, papers, laptops().map(laptopId));
      for (const paper of atHost) if (!atHostBefore.has(paper)) fetcher.arrived(paper);
      atHostBefore = atHost;
    },
    progress(paper) {
      const known = fetcher.progress().find((one) => one.sha256 === paper);
      // While it waits nothing is begun.
      if (!known) {
        const have = store.papers.have(paper);
        return { have, bytesPerSecond: 0, active: false, paused: waits, unusable: false, givers: 0 };
      }
      const { have, bytesPerSecond, givers, state, problem } = known;
      const unusable = problem === 'wrong-manifest';
      return { have, bytesPerSecond, givers, active: state === 'fetching', paused: state === 'paused', unusable };
    },
    fetching: (paper) => fetcher.fetching(paper),
    pause(paused) {
      waits = paused;
      if (paused) fetcher.pause();
      else fetcher.resume();
    },
    onProgress(listener) {
      onProgress.add(listener);
      return () => onProgress.delete(listener);
    },
    onComplete(listener) {
      onComplete.add(listener);
      return () => onComplete.delete(listener);
    },
    close() {
      waking.close();
      return fetcher.close();
    },
  };
}

/** A person may have two laptops, and a laptop two people's keys. */
const laptopId = ({ member, device }: { readonly member: MemberId; readonly device: string }): string =>
  `${member}/${device}`;

/** The use cases' port on what brings papers to the host. */
export function offerPapers({
  addresses,
  linkedSince,
  store,
  ...rest
}: Exchange & { readonly live: LiveTraffic }): PaperOffer {
  let offered: readonly (PaperRecord & Pick<OfferedPaper, 'confirmed' | 'restraint'>)[] = [];
  const made = createPaperOffer({
    ...rest,
    source: () => addresses()[0] ?? null,
    offered: () =>
      offered.flatMap((paper) => {
        const path = store.papers.file(paper.sha256)?.path;
        return path === undefined ? [] : [{ ...paper, path }];
      }),
  });
  const waking = wakeWhenOther(() => made.wake());
  const lookAtLink = whenRelinked(linkedSince, () => made.relinked());
  return {
    offer(papers, atHost, restraint) {
      lookAtLink();
      offered = papers.map((paper) => ({
        ...paper,
        confirmed: atHost.has(paper.sha256),
        restraint: restraint(paper),
      }));
      const restraints = offered.map((paper) => `${paper.restraint}`);
      waking.look(addresses()[0] ?? null, papers, restraints);
    },
    close() {
      waking.close();
      return made.close();
    },
  };
}

/** Calls `relinked` when there is another link than before. */
function whenRelinked(since: () => string | null, relinked: () => void): () => void {
  let known: string | null = null;
  return () => {
    const now = since();
    if (now === null || now === known) return;
    if (known !== null) relinked();
    known = now;
  };
}

/** When another laptop carries the meeting all come to it at once: their links come first, their papers after this. */
const LINKS_FIRST_MILLISECONDS = 1000;

/** Calls `wake` when what is looked at is other than it was before. */
function wakeWhenOther(wake: () => void) {
  let hadOne = false;
  let known = '';
  let besides = '';
  let source: string | null = null;
  let later: NodeJS.Timeout | undefined;
  return {
    look(address: string | null, papers: readonly PaperRecord[], others: readonly string[]): void {
      const [papersNow, othersNow] = [papers.map((paper) => paper.sha256).join(' '), others.join(' ')];
      const moved = address !== source;
      if (moved && address !== null && hadOne && papersNow === known)
        later ??= setTimeout(wakeLate, LINKS_FIRST_MILLISECONDS * (1 + Math.random()));
      else if (moved || papersNow !== known || othersNow !== besides) wake();
      [source, known, besides] = [address, papersNow, othersNow];
      hadOne ||= address !== null;
    },
    close: () => clearTimeout(later),
  };

  function wakeLate(): void {
    later = undefined;
    wake();
  }
}
