import type * as Y from 'yjs';
import {
  readAgenda,
  readPapers,
  readPlanMeta,
  readPlanPeople,
  readSuccessors,
  type AgendaItem,
  type PaperRecord,
  type PlanMeta,
} from '../../common/collab/plan.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { RosterEntry } from '../../common/domain/roster.ts';
import type { LiveDocument } from './document-provider.ts';
import { useDocument, useSynced, useYjs } from './open-document.ts';

export interface Plan {
  readonly meta: PlanMeta | undefined;
  readonly agenda: readonly AgendaItem[];
  readonly papers: ReadonlyMap<Sha256, PaperRecord>;
  readonly people: readonly RosterEntry[];
  /** Whose laptops take the meeting over first; empty: the default order. */
  readonly successors: readonly MemberId[];
}

const EMPTY: Plan = { meta: undefined, agenda: [], papers: new Map(), people: [], successors: [] };

const readPlan = (doc: Y.Doc): Plan => ({
  meta: readPlanMeta(doc),
  agenda: readAgenda(doc),
  papers: readPapers(doc),
  people: readPlanPeople(doc),
  successors: readSuccessors(doc),
});

/** The plan of a meeting, live. */
export function usePlan(meeting: MeetingId): {
  readonly document: LiveDocument | null;
  readonly plan: Plan;
  readonly synced: boolean;
} {
  const document = useDocument(`${meeting}/plan`);
  return { document, plan: useYjs(document?.doc ?? null, readPlan, EMPTY), synced: useSynced(document) };
}
