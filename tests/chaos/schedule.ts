import { seededRandom, type SeededRandom } from '../fixtures/network/seeded.ts';
import type { DeadlyWrite } from './laptop-process.ts';
import type { Doing } from './person.ts';

/** What happens in one run, drawn from a seed: the same seed gives the same schedule, though not the same milliseconds. */
export interface Schedule {
  readonly seed: number;
  readonly number: number;
  /** The first one is the secretary, who carries at first, the second one the chair. */
  readonly laptops: number;
  /** Whether everybody has everything before the first fault. */
  readonly startsSettled: boolean;
  readonly people: readonly (readonly Step[])[];
  readonly faults: readonly Fault[];
}

export interface Step {
  /** Milliseconds after the step before. */
  readonly after: number;
  readonly doing: Doing;
}

export type Fault = {
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly laptop: number;
} & (
  | { readonly kind: 'kill'; readonly back: number }
  /** It dies in the middle of a write that comes next. */
  | { readonly kind: 'die'; readonly write: DeadlyWrite; readonly back: number }
  | { readonly kind: 'freeze'; readonly back: number }
);

const OFFICE: readonly Doing['does'][] = [
  'draw',
  'edit-item',
  'rename-shared-item',
  'write-minutes',
  'open-motion',
  'close-motion',
  'vote',
  'give-floor',
  'conclude',
  'erase',
  'draw-private',
  'back-up',
  'reload-window',
  'check-in',
];
const MEMBER: readonly Doing['does'][] = [
  'draw',
  'draw',
  'draw',
  'erase',
  'write-note',
  'draw-private',
  'ask-to-speak',
  'ask-to-speak',
  'withdraw',
  'vote',
  'vote',
  'write-minutes',
  'reload-window',
  'leave-and-join',
  'check-in',
];
const WRITES: readonly DeadlyWrite[] = (['entries', 'pending', 'commit', 'private'] as const).flatMap((write) =>
  (['before', 'within', 'after'] as const)
    .filter((when) => when !== 'within' || write === 'commit')
    .map((when) => ({ write, when, nth: 1 })),
);

export function drawSchedule(seed: number, number: number): Schedule {
  const random = seededRandom(seed * 1_000_003 + number * 7919);
  const laptops = 3 + random.below(3);
  const people = Array.from({ length: laptops }, (_, laptop) => drawSteps(random, number, laptop));
  const length = 100 + Math.max(...people.map((steps) => steps.reduce((sum, step) => sum + step.after, 0)));
  const faults = Array.from({ length: 1 + random.below(4) }, () => drawFault(random, laptops, length));
  return {
    seed,
    number,
    laptops,
    startsSettled: random.next() < 0.5,
    people,
    faults: faults.sort((a, b) => a.at - b.at),
  };
}

function drawSteps(random: SeededRandom, number: number, laptop: number): Step[] {
  const kinds = laptop < 2 ? OFFICE : MEMBER;
  const drawn = Array.from({ length: 8 + random.below(8) }, (_, index): Step => {
    const does = index === 0 && random.next() < 0.7 ? 'check-in' : random.pick(kinds);
    const id = `${number.toString(36)}-${laptop}x${index.toString(36)}`;
    return { after: random.below(60), doing: { does, id } as Doing };
  });
  return drawn;
}

function drawFault(random: SeededRandom, laptops: number, length: number): Fault {
  // The one who carries has the most to lose.
  const laptop = random.next() < 0.4 ? 0 : random.below(laptops);
  const at = random.below(length);
  const back = random.below(250);
  const dice = random.next();
  if (dice < 0.5) return { at, laptop, kind: 'kill', back };
  if (dice < 0.9) return { at, laptop, kind: 'die', write: { ...random.pick(WRITES), nth: 1 + random.below(5) }, back };
  return { at, laptop, kind: 'freeze', back: 100 + random.below(400) };
}
