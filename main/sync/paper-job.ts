import type { PaperPart, WantedPaper } from '../../common/collab/paper-parts.ts';
import type { NeighbourAnswers } from './neighbour-answers.ts';
import type { ArrivingChunk } from './pacing.ts';
import { createSpeed } from './speed.ts';

/** Why a paper doesn't come; each has a sentence in i18n under `errors.*`. */
export type PaperProblem =
  | 'not-there-yet'
  | 'wrong-bytes'
  | 'wrong-manifest'
  | 'disk-full'
  | 'unwritable'
  | 'certificate-refused'
  | 'carrier-malformed';

/** One paper on its way. */
export interface PaperJob {
  readonly paper: WantedPaper;
  part: PaperPart | null;
  /** Chunks on their way; `far`: from outside the own segment. */
  readonly inFlight: Map<number, { readonly far: boolean }>;
  /** Chunks of which pieces came before a cut. */
  readonly arriving: Map<number, ArrivingChunk>;
  /** How often each chunk came wrong from the carrying laptop. */
  readonly wrong: Map<number, number>;
  /** Laptops that sent wrong bytes: never asked for this paper again. */
  readonly refused: Set<string>;
  /** Sources that haven't got it (or not the chunk) until then, `performance.now()`. */
  readonly lacking: Map<string, number>;
  /** Since when they have said so without a break. */
  readonly lackingSince: Map<string, number>;
  /** What neighbours told, by address. */
  readonly answers: Map<string, NeighbourAnswers>;
  readonly speed: ReturnType<typeof createSpeed>;
  /** Laptops other than the carrying one that gave chunks. */
  readonly givers: Set<string>;
  problem: PaperProblem | null;
  complete: boolean;
  /** Not tried again before (`performance.now()`): the disk is full, or the manifest wrong. */
  restUntil: number;
  /** Too far behind in the order for this laptop to fetch it from afar now. */
  later: boolean;
  told: number;
}

export const newJob = (paper: WantedPaper): PaperJob => ({
  paper,
  part: null,
  inFlight: new Map(),
  arriving: new Map(),
  wrong: new Map(),
  refused: new Set(),
  lacking: new Map(),
  lackingSince: new Map(),
  answers: new Map(),
  speed: createSpeed(),
  givers: new Set(),
  problem: null,
  complete: false,
  restUntil: 0,
  later: false,
  told: 0,
});
