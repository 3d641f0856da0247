import { setTimeout as pause } from 'node:timers/promises';
import { LaptopDied, type LaptopProcess } from './laptop.ts';
import type { LaptopReport, LaptopSetting } from './laptop-process.ts';
import type { DoneBy } from './ledger.ts';

/** Two laptops that don't agree after this long never will. Milliseconds; generous, for a busy machine. */
export const PATIENCE = 60_000;

/** After so long in vain a laptop looks who else is there, as discovery does. Milliseconds. */
const SEARCHING = 8000;

export interface Place {
  readonly index: number;
  readonly setting: LaptopSetting;
  readonly ledger: string;
  /** undefined while it is dead. */
  laptop: LaptopProcess | undefined;
  starting: Promise<void> | undefined;
  /** It will never come back. */
  lost: boolean;
}

/** Waits until all laptops are up, connected and in the same state; returns what is still wrong when they never are. */
export async function agreed(
  places: readonly Place[],
  revive: (place: Place) => Promise<void>,
  upon: 'entries' | 'state' = 'state',
): Promise<string[]> {
  const end = performance.now() + PATIENCE;
  const searching = performance.now() + SEARCHING;
  let carriers = 1;
  for (;;) {
    const reports = await Promise.all(
      places.map(async (place) => {
        await revive(place);
        const report = await place.laptop?.ask<LaptopReport>({ ask: 'report' }).catch(() => undefined);
        // Who left and could not come back because nobody carried it, joins; who lost the others finds them on the list,
        // also one of two who carry it and were never told of each other.
        const lost =
          (report?.role === 'member' && report.connection === 'waiting') || (report?.role === 'host' && carriers > 1);
        const inVain = performance.now() > searching;
        // Who left, has the meeting as the only one and finds nobody to join, carries it by hand.
        if (report?.role === 'alone' && report.convened && carriers === 0 && inVain)
          await place.laptop?.ask({ ask: 'carry' }).catch(() => undefined);
        else if (report?.role === 'alone' || (lost && inVain))
          await place.laptop?.ask({ ask: 'join' }).catch(() => undefined);
        return report;
      }),
    );
    carriers = reports.filter((one) => one?.role === 'host').length;
    const level = carriers === 1 && isLevel(reports);
    if (level && upon === 'entries') return [];
    const hashes = level ? await Promise.all(places.map(stateHashOf)) : [];
    if (level && new Set(hashes).size === 1 && hashes[0] !== undefined) return [];
    if (performance.now() > end) return differences(reports, hashes);
    await pause(50);
  }
}

const stateHashOf = ({ laptop }: Place): Promise<string | undefined> | undefined =>
  laptop?.ask<string>({ ask: 'state-hash' }).catch(() => undefined);

/**
 * All are connected and have the same entries and papers, and nobody has changes that are not signed. A paper
 * that none of them has was only on a lost laptop.
 */
function isLevel(reports: readonly (LaptopReport | undefined)[]): boolean {
  const calm = reports.every((one) => one?.connection === 'connected' && one.unsigned.length === 0);
  const missing = new Set(reports.map((one) => one?.missing.join()));
  return calm && missing.size === 1 && new Set(reports.map((one) => one?.heads.join())).size === 1;
}

function differences(
  reports: readonly (LaptopReport | undefined)[],
  hashes: readonly (string | undefined)[],
): string[] {
  const all = new Set(reports.flatMap((one) => one?.heads ?? []));
  return [
    'the laptops do not agree',
    ...reports.map((one, index) =>
      one
        ? `laptop ${index}: ${one.role} ${one.connection} ${hashes[index]?.slice(0, 8) ?? ''}; unsigned: ${one.unsigned.join(' ') || 'none'}; papers missing: ${one.missing.length}; ` +
          `lacks: ${[...all].filter((head) => !one.heads.includes(head)).join(', ') || 'nothing'} (${one.hint})`
        : `laptop ${index}: dead`,
    ),
  ];
}

/** What is wrong at any of them. One may still die of a write that it was told to die of. */
export async function judged(
  places: readonly Place[],
  ledger: readonly DoneBy[],
  revive: (place: Place) => Promise<void>,
): Promise<string[]> {
  const found = await Promise.all(
    places.map(async (place) => {
      for (;;) {
        await revive(place);
        const problems = await place.laptop?.ask<string[]>({ ask: 'findings', ledger }).catch((error: unknown) => {
          if (error instanceof LaptopDied) return undefined;
          throw error;
        });
        if (problems) return problems.map((problem) => `laptop ${place.index}: ${problem}`);
      }
    }),
  );
  return found.flat();
}
