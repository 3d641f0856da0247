import { Refusal } from '../../common/contract/port.ts';
import type { ParsedInput } from '../../common/contract/requests.ts';
import type { Sha256 } from '../../common/domain/ids.ts';
import { exchangePapers } from './exchange-papers.ts';
import { isHost, type MeetingAtHand } from './meeting-at-hand.ts';
import { paperStatuses, papersByNeed } from './meeting-papers.ts';
import type { Session } from './organisation.ts';
import { createChunkDesk } from './paper-chunks.ts';
import { isMetered, pauseOf } from './paper-pause.ts';
import { holdingsElsewhere } from './papers-board.ts';
import type { LaptopStore, Network } from './ports.ts';

/** The papers of the meetings at hand: how far they are here and elsewhere, and what windows read while it comes. */
export interface PaperDesk {
  statuses(one: MeetingAtHand): ReturnType<typeof paperStatuses>;
  /** How far papers are on the other laptops. */
  elsewhere(one: MeetingAtHand): ReturnType<typeof holdingsElsewhere>;
  /** Verified bytes of a chunk; null: not within some seconds. Throws a Refusal where it can't be read any more. */
  chunk(one: MeetingAtHand, input: ParsedInput<'papers.chunk'>): Promise<Uint8Array | null>;
  /** A window shows this paper now. */
  reading(one: MeetingAtHand, paper: Sha256 | null): void;
  /** The person's word until the application is closed. */
  pause(one: MeetingAtHand, paused: boolean): void;
  /** Fetches, brings and hands out what the meeting needs as it stands now. */
  exchange(one: MeetingAtHand): void;
  /** Whether the network is charged by volume, as the system or the person says. */
  metered(): boolean;
  /** Perhaps: what the network costs is other than before. */
  priceChanged(): void;
  readonly urgent: ReturnType<typeof createChunkDesk>['urgent'];
  close(): void;
}

export function openPaperDesk(deps: {
  readonly store: LaptopStore;
  readonly session: Session;
  readonly network: Network;
  /** A paper comes to this laptop while it carries the meeting. */
  readonly onArriving: (paper: Sha256) => void;
  readonly onPriceChanged: () => void;
}): PaperDesk {
  const { store, session, network } = deps;
  const chunks = createChunkDesk(store.papers);
  let systemSays: boolean | null = null;

  const metered = () => isMetered(store.settings.get().metered, systemSays);
  const pauseNow = (one: MeetingAtHand) => pauseOf(one.pauseWord, metered());
  const exchange = (one: MeetingAtHand) =>
    exchangePapers(one, session.member, store, { pause: pauseNow(one), metered: metered() });

  function priceChanged(): void {
    network.keepPapers(metered());
    deps.onPriceChanged();
  }

  const stopArriving = network.onArriving(deps.onArriving);
  const stopMetered = network.onMetered((says) => {
    systemSays = says;
    priceChanged();
  });
  network.keepPapers(metered());

  return {
    statuses(one) {
      const progressOf = (paper: Sha256) =>
        (isHost(one) ? network.arriving(paper) : undefined) ?? one.fetcher?.progress(paper);
      return paperStatuses(one.meeting, store, progressOf, pauseNow(one));
    },
    elsewhere({ meeting, attendance }) {
      return holdingsElsewhere({
        me: session.member,
        papers: papersByNeed(meeting, null),
        laptops: attendance?.laptops() ?? [],
        receivedBy: (paper) => meeting.state()?.receipts[paper] ?? [],
        ask: (laptop, papers) => network.askHoldings(meeting.id, laptop, papers),
      });
    },
    async chunk({ meeting, fetcher }, { paper, chunk, urgent }) {
      const record = meeting.papers().get(paper);
      // Whole, it is read on after it was taken off the agenda, as if it had been opened whole.
      const readable = store.papers.find(paper) || papersByNeed(meeting, null).some(({ sha256 }) => sha256 === paper);
      if (!record || !readable) throw new Refusal('paper-withdrawn');
      if (fetcher?.progress(paper).unusable) throw new Refusal('paper-unusable');
      return await chunks.wait(record, chunk, urgent);
    },
    reading(one, paper) {
      if (one.reading === paper) return;
      one.reading = paper;
      exchange(one);
    },
    pause(one, paused) {
      one.pauseWord = paused ? 'pause' : 'fetch';
      exchange(one);
    },
    exchange,
    metered,
    priceChanged,
    urgent: chunks.urgent,
    close() {
      chunks.close();
      stopArriving();
      stopMetered();
    },
  };
}
