import type { PaperRecord } from '../../common/collab/plan.ts';
import type { PaperPause } from '../../common/contract/requests.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import type { MeetingAtHand } from './meeting-at-hand.ts';
import { papersByNeed } from './meeting-papers.ts';
import type { LaptopStore, Log } from './ports.ts';

/**
 * Where sending costs money, the host must have lacked a paper for so long before it is brought there, milliseconds: one that
 * others have too, since all of them may have to pay, and one that nobody else seems to have until all are connected.
 */
const LEFT_TO_OTHERS = 60_000;
const LOOK_FIRST = 3000;

/** What is missing here is fetched from the host and others, what the host lacks is brought there. */
export function exchangePapers(
  one: MeetingAtHand,
  me: MemberId,
  { papers }: Pick<LaptopStore, 'papers'>,
  /** Why the papers of this meeting wait (null: they don't), and whether sending is charged by volume. */
  { pause, metered }: { readonly pause: PaperPause | null; readonly metered: boolean },
): void {
  const { meeting, attendance, fetcher, offer } = one;
  const status = attendance?.status();
  const host = status?.role === 'member' ? status.carriedBy : null;
  const receipts = meeting.state()?.receipts ?? {};
  const needed = papersByNeed(meeting, one.reading);
  const atHost = new Set(
    needed.map((paper) => paper.sha256).filter((sha256) => host && receipts[sha256]?.includes(host)),
  );
  const here = new Set(needed.filter((paper) => papers.find(paper.sha256)));
  fetcher?.pause(pause !== null);
  fetcher?.want(
    needed.filter((paper) => !here.has(paper)),
    atHost,
  );
  // What nobody else has, the meeting needs from here, whatever it costs; for the rest others pay nothing, perhaps.
  const online = status?.role === 'member' ? status.online : [];
  const elsewhere = ({ sha256 }: PaperRecord) =>
    online.length === 0 || online.some((member) => member !== me && receipts[sha256]?.includes(member));
  const restraint = (paper: PaperRecord): number => (elsewhere(paper) ? LEFT_TO_OTHERS : LOOK_FIRST);
  offer?.offer([...here], atHost, metered ? restraint : () => 0);
}

/** Says by a signed act which papers are here; the secretary's board shows it. */
export async function receiptPapers(
  { meeting, receipted }: MeetingAtHand,
  me: MemberId,
  { papers }: Pick<LaptopStore, 'papers'>,
  log: Log,
): Promise<void> {
  const state = meeting.state();
  if (!state || meeting.readOnly || !meeting.mayAttend(me)) return;
  for (const paper of meeting.papers().keys()) {
    if (receipted.has(paper) || state.receipts[paper]?.includes(me)) continue;
    if (!papers.find(paper)) continue;
    receipted.add(paper);
    await meeting.perform('paper-received', { paper }).catch((error: unknown) => {
      receipted.delete(paper);
      log.warn('receipt was not signed', {}, error);
    });
  }
}
