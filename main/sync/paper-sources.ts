import type { Sha256 } from '../../common/domain/ids.ts';

/** A laptop that has a paper or chunks of it and is not left alone just now. */
export interface PaperSource {
  /** `host:port`. */
  readonly address: string;
  /** Of the own network segment: bytes from there cross no thin link. */
  readonly near: boolean;
  /** Requests on their way to it. */
  readonly busy: number;
  /** It bears no further request now. */
  readonly full: boolean;
  has(chunk: number): boolean;
}

/** Another laptop of the segment, as far as fetching one paper goes. */
export interface Neighbour {
  readonly id: string;
  /** It fetches, or may be about to: what falls to it is left to it. */
  readonly lively: boolean;
  /** It doesn't fetch this paper. */
  readonly gone: boolean;
  /** The chunk is on its way to it from afar. */
  coming(chunk: number): boolean;
}

export interface Situation {
  readonly paper: Sha256;
  /** This laptop's id; every laptop of the segment knows it. */
  readonly me: string;
  /** Chunks that are neither here nor on their way, in the order in which they are wanted. */
  readonly missing: readonly number[];
  /** Those of them that a window waits for. */
  readonly urgent: readonly number[];
  readonly sources: readonly PaperSource[];
  /** The other laptops that fetch this paper from afar for the segment, see `fetchersOf`. */
  readonly neighbours: readonly Neighbour[];
  /** This laptop is one of `fetchersOf`. */
  readonly fetchesFromAfar: boolean;
  /** Another request to afar may begin. */
  readonly afarFree: boolean;
}

export interface Choice {
  readonly chunk: number;
  readonly address: string;
}

/** Laptops of a segment that fetch a paper from afar: enough that one that stops costs little, few enough to be asked. */
export const FETCHERS = 4;

/**
 * Which chunk to ask for next and where; null while there is nothing to ask for. What a window waits for comes first, but
 * what falls to another laptop stays with it all the same.
 *
 * What somebody of the own segment has comes from there. What nobody has yet is fetched from afar by one laptop of the
 * segment, the others take it from that one: for each chunk all compute the same order of laptops (rendezvous hashing),
 * and the first that is able fetches it. So each byte crosses a thin link once, without anybody giving orders.
 */
export function chooseChunk(situation: Situation): Choice | null {
  return chooseAmong({ ...situation, missing: situation.urgent }) ?? chooseAmong(situation);
}

/**
 * The order in which the chunks of a paper are wanted, the same on all laptops but for what their windows wait for: the
 * first one and the last, because a PDF's table of what lies where is at its end, then from the start.
 */
export function chunkOrder(
  missing: readonly number[],
  urgent: readonly number[],
  last: number,
): Pick<Situation, 'missing' | 'urgent'> {
  const waitedFor = urgent.filter((chunk) => missing.includes(chunk));
  const ends = [0, last].filter((chunk) => missing.includes(chunk));
  return { missing: [...new Set([...waitedFor, ...ends, ...missing])], urgent: waitedFor };
}

function chooseAmong(situation: Situation): Choice | null {
  const open = situation.sources.filter((source) => !source.full);
  const near = open.filter((source) => source.near);
  for (const chunk of situation.missing) {
    const holders = near.filter((source) => source.has(chunk));
    const source = leastBusy(holders, situation, chunk);
    if (source) return { chunk, address: source.address };
  }
  const far = open.filter((source) => !source.near);
  if (!situation.afarFree || far.length === 0) return null;
  const nearby = situation.sources.filter((source) => source.near);
  for (const chunk of inOwnOrder(situation)) {
    if (nearby.some((source) => source.has(chunk)) || !fallsToMe(situation, chunk)) continue;
    const source = leastBusy(
      far.filter((one) => one.has(chunk)),
      situation,
      chunk,
    );
    if (source) return { chunk, address: source.address };
  }
  return null;
}

/** Own chunks in their order; those taken over from another from the end, where it comes last. */
function* inOwnOrder({ missing, neighbours, paper, me }: Situation): Generator<number> {
  const everybody = [me, ...neighbours.map(({ id }) => id)];
  const mine = (chunk: number) => first(everybody, `${paper}/${chunk}`) === me;
  for (const chunk of missing) if (mine(chunk)) yield chunk;
  for (const chunk of missing.toReversed()) if (!mine(chunk)) yield chunk;
}

function fallsToMe({ paper, me, neighbours, fetchesFromAfar }: Situation, chunk: number): boolean {
  if (neighbours.some((neighbour) => neighbour.coming(chunk))) return false;
  // Who is not one of the fetchers steps in only when none of them is left: nobody could know of the other's doing.
  if (!fetchesFromAfar) return neighbours.every((neighbour) => neighbour.gone);
  const lively = neighbours.filter((neighbour) => neighbour.lively).map(({ id }) => id);
  return first([me, ...lively], `${paper}/${chunk}`) === me;
}

/** The laptops of a segment that fetch this paper from afar; the same on all that know the same laptops. */
export const fetchersOf = (paper: Sha256, laptops: readonly string[]): string[] =>
  ranked(laptops, paper).slice(0, FETCHERS);

/** Each laptop's place depends on nothing but itself and the topic: one that leaves changes nobody else's order. */
export function ranked(laptops: readonly string[], topic: string): string[] {
  return laptops
    .map((id) => ({ id, weight: weightOf(id, topic) }))
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

const first = (laptops: readonly string[], topic: string): string | undefined => ranked(laptops, topic)[0];

/** FNV-1a with a final mix (32 bits): quick, and even enough to share chunks out. Nothing secret hangs on it. */
function weightOf(id: string, topic: string): number {
  let hash = 0x811c9dc5;
  for (const text of [topic, '\n', id])
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function leastBusy(sources: readonly PaperSource[], { me }: Situation, chunk: number): PaperSource | undefined {
  if (sources.length < 2) return sources[0];
  const least = Math.min(...sources.map(({ busy }) => busy));
  const idle = sources.filter(({ busy }) => busy === least);
  // Everybody prefers another one.
  const addresses = idle.map(({ address }) => address);
  const preferred = first(addresses, `${me}/${chunk}`);
  return idle.find(({ address }) => address === preferred);
}
