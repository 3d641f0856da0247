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
  for (;;) {
    const reports = await Promise.all(
      places.map(async (place) => {
        await revive(place);
        const report = await place.laptop?.ask<LaptopReport>({ ask: 'report' }).catch(() => undefined);
        // Who left and could not come back because nobody carried it, joins; who lost the others finds them on the list.
        const searches = report?.role === 'member' && report.connection === 'waiting' && performance.now() > searching;
        if (report?.role === 'alone' || searches) await place.laptop?.ask({ ask: 'join' }).catch(() => undefined);
        return report;
      }),
    );
    const level = isLevel(reports);
    if (level && upon === 'entries') return [];
    const hashes = level ? await Promise.all(places.map(stateHashOf)) : [];
    if (level && new Set(hashes).size === 1 && hashes[0] !== undefined) return [];
    if (performance.now() > end) return differences(reports, hashes);
    await pause(50);
  }
}

const stateHashOf = ({ laptop }: Place): Promise<string | undefined> | undefined =>
  laptop?.ask<string>({ ask: 'state-hash' }).catch(() => undefined);

/** One carries, all are connected and have the same entries, and nobody has changes that are not signed. */
function isLevel(reports: readonly (LaptopReport | undefined)[]): boolean {
  const calm = reports.every((one) => one?.connection === 'connected' && one.unsigned.length + one.missing === 0);
  const carriers = reports.filter((one) => one?.role === 'host').length;
  return calm && carriers === 1 && new Set(reports.map((one) => one?.heads.join())).size === 1;
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
        ? `laptop ${index}: ${one.role} ${one.connection} ${hashes[index]?.slice(0, 8) ?? ''}; unsigned: ${one.unsigned.join(' ') || 'none'}; papers missing: ${one.missing}; ` +
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
