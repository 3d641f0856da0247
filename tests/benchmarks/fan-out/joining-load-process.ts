import { answerQuestions } from '../child-process.ts';
import { clock, pause } from '../rows.ts';
import { connectLaptop, type Laptop, type LaptopIdentity, type Place } from './laptop.ts';

/** Laptops that all come within a moment and want everything that is there. */
export interface JoiningLoadQuestion {
  readonly place: Place;
  readonly people: readonly LaptopIdentity[];
  readonly within: number;
  /** The document that each wants, or as many entries of the log. */
  readonly wanted: { readonly document: string } | { readonly entries: number };
}

export interface Joined {
  /** From the first connection to the last laptop that has everything. */
  readonly milliseconds: number;
  /** Received by each. */
  readonly bytes: number;
}

const PATIENCE_MILLISECONDS = 60_000;

answerQuestions(async ({ place, people, within, wanted }: JoiningLoadQuestion): Promise<Joined> => {
  const laptops: Laptop[] = [];
  const from = clock();
  let bytes = 0;
  const all = people.map(async (person, index) => {
    await pause((index / people.length) * within);
    let entries = 0;
    let enough: (() => void) | undefined;
    const everything = new Promise<void>((resolve) => (enough = resolve));
    const documents = 'document' in wanted ? [wanted.document] : [];
    const laptop = connectLaptop(place, index, person, documents, {
      onAwareness: () => undefined,
      onUpdate: () => undefined,
      onEntries(some) {
        entries += some.length;
        for (const entry of some) bytes += entry.length;
        if ('entries' in wanted && entries >= wanted.entries) enough?.();
      },
      // Before it had everything: `ready` says so.
      onClose: () => undefined,
    });
    laptops.push(laptop);
    await laptop.ready;
    if ('entries' in wanted) await everything;
  });
  const late = pause(PATIENCE_MILLISECONDS).then(() => 'late' as const);
  const ended = await Promise.race([Promise.all(all), late]);
  const milliseconds = clock() - from;
  for (const { socket } of laptops) socket.terminate();
  if (ended === 'late') return { milliseconds: PATIENCE_MILLISECONDS, bytes: 0 };
  const documentBytes = laptops.reduce((sum, laptop) => sum + laptop.stateBytes(), 0);
  return { milliseconds, bytes: (bytes + documentBytes) / people.length };
});
