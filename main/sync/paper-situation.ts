import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import { neighbourAnswers, type NeighbourAnswers } from './neighbour-answers.ts';
import type { PaperJob } from './paper-job.ts';
import { chunkOrder, fetchersOf, ranked, type Neighbour, type PaperSource, type Situation } from './paper-sources.ts';
import type { SourcePool } from './source-pool.ts';

/** Another laptop of the meeting that can be asked for papers. */
export interface FetchLaptop {
  /** As every laptop of the meeting knows it. */
  readonly id: string;
  readonly member: MemberId;
  /** `host:port`. */
  readonly address: string;
}

/** What a laptop knows of the others when it fetches papers. */
export interface Surroundings {
  /** This laptop's id. */
  readonly me: string;
  /** `host:port` of the laptop that carries the meeting, null while there is none. */
  source(): string | null;
  /** As the carrying laptop told them, this one among them if it did; asked anew before every chunk. */
  laptops(): readonly FetchLaptop[];
  /** Of the own network segment. */
  near(address: string): boolean;
  /** Whether somebody's signed receipt says that the paper is there. */
  hasWhole(paper: Sha256, member: MemberId): boolean;
}

/** Laptops other than the carrying one to take a whole paper from at a time. */
const NEAR_SOURCES = 3;
const FAR_SOURCES = 2;
/** A paper that the carrying laptop lacks is brought there; only after this it is fetched past it. Milliseconds. */
const PAST_THE_CARRIER = 20_000;

/** What there is of one paper around this laptop. */
export interface Around {
  readonly sources: readonly PaperSource[];
  readonly neighbours: readonly Neighbour[];
  readonly fetchesFromAfar: boolean;
  /** Neighbours whose holdings matter now. */
  readonly toAsk: readonly FetchLaptop[];
  /** All that are asked have answered or had their time. */
  readonly settled: boolean;
}

export function lookAround(job: PaperJob, around: Surroundings, pool: SourcePool): Around {
  const { sha256 } = job.paper;
  const carrier = around.source();
  const free = (address: string) =>
    !pool.resting(address) && !job.refused.has(address) && (job.lacking.get(address) ?? 0) <= performance.now();
  const source = (address: string, has: (chunk: number) => boolean = () => true): PaperSource => ({
    address,
    near: around.near(address),
    busy: pool.busy(address),
    full: pool.full(address),
    has,
  });
  const known = around.laptops();
  const others = known.filter(
    ({ id, member, address }) => id !== around.me && address !== carrier && pool.mayBeThere(address, member),
  );
  const near = others.filter(({ address }) => around.near(address));
  const whole = (some: readonly FetchLaptop[], count: number) => {
    const holders = some.filter(({ member, address }) => around.hasWhole(sha256, member) && free(address));
    const preferred = new Set(
      ranked(
        holders.map(({ id }) => id),
        `${sha256}/${around.me}`,
      ).slice(0, count),
    );
    return holders.filter(({ id }) => preferred.has(id)).map(({ address }) => source(address));
  };

  const sources = [...(carrier !== null && free(carrier) ? [source(carrier)] : []), ...whole(near, NEAR_SOURCES)];
  if (sources.some((one) => one.near))
    return { sources, neighbours: [], fetchesFromAfar: true, toAsk: [], settled: true };

  // Whom the others don't know of can't fetch for them.
  const listed = near.length === 0 || known.some(({ id }) => id === around.me) ? [around.me] : [];
  const fetchers = new Set(fetchersOf(sha256, [...listed, ...near.map(({ id }) => id)]));
  const asked = near.filter(({ id, address }) => fetchers.has(id) && !job.refused.has(address));
  const neighbours = asked.map(({ id, address }): Neighbour => {
    const told = answersOf(job, address);
    const gone = told.gone() || pool.outOfReach(address);
    return { id, lively: !gone && told.lively(), gone, coming: (chunk) => !gone && told.coming(chunk) };
  });
  for (const { address } of asked) if (free(address)) sources.push(source(address, answersOf(job, address).has));

  const pastTheCarrier = carrier === null || carrierLacksFor(job, carrier) > PAST_THE_CARRIER;
  if (pastTheCarrier) {
    const far = others.filter(({ address }) => !around.near(address));
    sources.push(...whole(far, FAR_SOURCES));
  }
  const settled = asked.every(({ address }) => pool.outOfReach(address) || answersOf(job, address).settled());
  return { sources, neighbours, fetchesFromAfar: fetchers.has(around.me), toAsk: asked, settled };
}

export function answersOf(job: PaperJob, address: string): NeighbourAnswers {
  let known = job.answers.get(address);
  if (!known) job.answers.set(address, (known = neighbourAnswers(() => performance.now())));
  return known;
}

/** For how long the carrying laptop has said that it hasn't got the paper, milliseconds. */
const carrierLacksFor = (job: PaperJob, carrier: string): number => {
  const since = job.lackingSince.get(carrier);
  return since === undefined ? 0 : performance.now() - since;
};

export const situationOf = (
  job: PaperJob,
  around: Around,
  me: string,
  chunks: { readonly missing: readonly number[]; readonly urgent: readonly number[] },
  afarFree: boolean,
): Situation => ({
  paper: job.paper.sha256,
  me,
  ...chunkOrder(
    chunks.missing.filter((chunk) => !job.inFlight.has(chunk)),
    chunks.urgent,
    job.paper.chunks.length - 1,
  ),
  sources: around.sources,
  neighbours: around.neighbours,
  fetchesFromAfar: around.fetchesFromAfar,
  afarFree: afarFree && around.settled,
});
