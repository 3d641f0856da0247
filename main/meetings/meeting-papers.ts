import { basename } from 'node:path';
import { cutText } from '../../common/collab/cut-text.ts';
import {
  changeAgendaItem,
  MAX_ITEM_PAPERS,
  MAX_PAPER_TITLE,
  putPaper,
  readAgenda,
  readPapers,
  type AgendaItem,
  type PaperRecord,
} from '../../common/collab/plan.ts';
import type {
  AddedPaper,
  AddingRefusal,
  PaperPause,
  PaperStatus,
  ParsedInput,
} from '../../common/contract/requests.ts';
import { Refusal } from '../../common/contract/port.ts';
import type { Sha256 } from '../../common/domain/ids.ts';
import { reported, type EventHub } from './events.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { Documents, LaptopStore, PaperProgress } from './ports.ts';

/** Every paper of a meeting with how far it is here and who has it. */
export function paperStatuses(
  meeting: OpenMeeting,
  store: LaptopStore,
  /** How far a paper is on its way here; undefined: nobody brings it. */
  progressOf: (paper: Sha256) => PaperProgress | undefined,
  pause: PaperPause | null,
): PaperStatus[] {
  const items = readAgenda(meeting.plan);
  const receipts = meeting.state()?.receipts ?? {};
  // The plan still names what was taken off the agenda: that isn't waited for.
  const needed = new Set(papersByNeed(meeting, null).map(({ sha256 }) => sha256));
  return [...meeting.papers().values()].map((paper) => {
    const here = store.papers.find(paper.sha256) !== undefined;
    const withdrawn = !here && !needed.has(paper.sha256);
    const progress = here || withdrawn ? undefined : progressOf(paper.sha256);
    return {
      paper: paper.sha256,
      title: paper.title,
      size: paper.size,
      pages: paper.pages,
      item: items.find((item) => item.papers.includes(paper.sha256))?.id ?? null,
      have: here ? paper.size : (progress?.have ?? store.papers.have(paper.sha256)),
      state: here ? 'here' : stateOf(progress),
      lost: withdrawn ? 'withdrawn' : progress?.unusable ? 'unusable' : null,
      pause: progress?.paused ? pause : null,
      givers: progress?.givers ?? 0,
      bytesPerSecond: progress?.bytesPerSecond ?? 0,
      receivedBy: receipts[paper.sha256] ?? [],
    };
  });
}

function stateOf(progress: PaperProgress | undefined): Exclude<PaperStatus['state'], 'here'> {
  if (!progress) return 'missing';
  if (progress.paused) return 'paused';
  return progress.active ? 'fetching' : 'waiting';
}

/**
 * Papers in the order in which they are needed: what is on screen, the open item's, then the agenda's order, then the
 * minutes.
 */
export function papersByNeed(meeting: OpenMeeting, reading: Sha256 | null): PaperRecord[] {
  const papers = meeting.papers();
  const current = meeting.state()?.currentItem;
  const agenda = readAgenda(meeting.plan);
  const items = [...agenda.filter((item) => item.id === current), ...agenda];
  const named = items.flatMap((item) => item.papers);
  const order = [...named.filter((paper) => paper === reading), ...named];
  const wanted = new Map<Sha256, PaperRecord>();
  for (const sha256 of order) {
    const paper = papers.get(sha256);
    if (paper) wanted.set(sha256, paper);
  }
  const minutes = meeting.state()?.minutes;
  if (minutes && minutes.stage !== 'draft') {
    const paper = papers.get(minutes.stage === 'sealed' ? minutes.paper : minutes.revision);
    if (paper) wanted.set(paper.sha256, paper);
  }
  return [...wanted.values()];
}

/** Checks files, copies the good ones onto the shelf and puts them on an agenda item. One bad file harms no other. */
export async function addPapers(
  deps: { readonly store: LaptopStore; readonly documents: Documents; readonly events: EventHub },
  meeting: OpenMeeting,
  input: ParsedInput<'papers.add'>,
): Promise<AddedPaper[]> {
  const maxBytes = deps.store.settings.get().paperLimitMegabytes * 1_000_000;
  return await reported(deps.events, 'adding-papers', async (report) => {
    const results: AddedPaper[] = [];
    for (const [index, path] of input.paths.entries()) {
      const part = (fraction: number): void => report((index + fraction) / input.paths.length);
      part(0);
      results.push(await addPaper(deps, meeting, input.item, path, maxBytes, part));
    }
    await meeting.settle();
    return results;
  });
}

async function addPaper(
  deps: { readonly store: LaptopStore; readonly documents: Documents },
  meeting: OpenMeeting,
  itemId: ParsedInput<'papers.add'>['item'],
  path: string,
  maxBytes: number,
  report: (fraction: number) => void,
): Promise<AddedPaper> {
  const name = basename(path).normalize('NFC');
  const refused = (reason: AddingRefusal): AddedPaper => ({ path, name, result: 'refused', reason, paper: null });
  const itemNow = (): AgendaItem | undefined => readAgenda(meeting.plan).find((one) => one.id === itemId);
  const isFull = (one: AgendaItem | undefined): boolean => (one?.papers.length ?? 0) >= MAX_ITEM_PAPERS;
  // Known without copying the file; others may add papers while it is copied.
  if (isFull(itemNow())) return refused('item-full');
  const checked = await deps.documents.checkPdf(path, { maxBytes });
  if (!checked.ok) return refused(checked.reason);
  let imported;
  try {
    imported = await deps.store.papers.importFile(path, { onProgress: report });
  } catch (error) {
    return refused(error instanceof Refusal && error.code === 'disk-full' ? 'disk-full' : 'unreadable');
  }
  const item = itemNow();
  if (!item) return refused('item-gone');
  if (item.papers.includes(imported.sha256)) return refused('already-there');
  if (isFull(item)) return refused('item-full');
  meeting.change('plan', (doc) =>
    doc.transact(() => {
      if (!readPapers(doc).has(imported.sha256))
        putPaper(doc, { ...imported, title: titleOf(name), pages: checked.pages });
      changeAgendaItem(doc, item.id, { papers: [...item.papers, imported.sha256] });
    }),
  );
  return { path, name, result: 'added', reason: null, paper: imported.sha256 };
}

/** A file's name without its ending, or the whole of it where nothing else is left. */
const titleOf = (name: string): string => cutText(name.replace(/\.pdf$/i, '').trim() || name, MAX_PAPER_TITLE);
