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
  /** The meeting is closed in the end, and its minutes are signed by secretary and chair. */
  readonly closes: boolean;
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
  /** It dies, or is dead already, and never comes back; nor does its data folder. */
  | { readonly kind: 'lose'; readonly back: number }
  /** It dies in the middle of a write that comes next. */
  | { readonly kind: 'die'; readonly write: DeadlyWrite; readonly back: number }
  | { readonly kind: 'freeze'; readonly back: number }
  /** The network's faults: the cable pulled, a thin line (kbit/s), the room split in two. */
  | { readonly kind: 'unplug'; readonly back: number }
  | { readonly kind: 'thin'; readonly rate: number; readonly back: number }
  | { readonly kind: 'split'; readonly apart: readonly number[]; readonly back: number }
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

/** Milliseconds that closing the meeting and signing its minutes take, and more. */
const CLOSING = 1500;

export function drawSchedule(seed: number, number: number): Schedule {
  const random = seededRandom(seed * 1_000_003 + number * 7919);
  const laptops = 3 + random.below(3);
  const people = Array.from({ length: laptops }, (_, laptop) => drawSteps(random, number, laptop));
  const length = lengthOf(people);
  // Before anybody has it, the meeting is lost with the laptop that has it.
  const startsSettled = random.next() < 0.5;
  const closes = random.next() < 0.25;
  // Closing takes some seconds more, and is when secretary and chair must not be lost for good.
  const lasts = closes ? length + CLOSING : length;
  const faults = Array.from({ length: 1 + random.below(4) }, () => drawFault(random, laptops, lasts));
  if (!closes && random.next() < 0.15)
    faults.push({
      at: random.below(length),
      laptop: startsSettled ? random.below(laptops) : 1 + random.below(laptops - 1),
      kind: 'lose',
      back: 0,
    });
  return {
    seed,
    number,
    laptops,
    startsSettled,
    closes,
    people,
    faults: faults.sort((a, b) => a.at - b.at),
  };
}

/**
 * The same schedule, in which one laptop is lost for good at some moment; drawn from a seed of its own, so that all the rest
 * of it stays what it is.
 */
export function losingOne(schedule: Schedule): Schedule {
  const { seed, number, laptops, closes, people, faults } = schedule;
  if (faults.some((fault) => fault.kind === 'lose')) return schedule;
  const random = seededRandom(seed * 3_000_017 + number * 7919);
  const length = lengthOf(people);
  // Only the secretary and the chair can close and sign.
  const laptop = closes ? 2 + random.below(laptops - 2) : random.next() < 0.4 ? 0 : random.below(laptops);
  const at = random.below(closes ? length + CLOSING : length);
  const lost: Fault = { at, laptop, kind: 'lose', back: 0 };
  return { ...schedule, faults: [...faults, lost].sort((a, b) => a.at - b.at) };
}

/** From the first thing that somebody does to a moment after the last, milliseconds. */
function lengthOf(people: Schedule['people']): number {
  return 100 + Math.max(...people.map((steps) => steps.reduce((sum, step) => sum + step.after, 0)));
}

/** Slower than the schedules above, as networks are: people work for some seconds while cables go and come. */
export function drawNetworkSchedule(seed: number, number: number): Schedule {
  const random = seededRandom(seed * 2_000_003 + number * 7919);
  const laptops = 4 + random.below(2);
  const people = Array.from({ length: laptops }, (_, laptop) => {
    const steps = drawSteps(random, number, laptop);
    return [...steps, ...drawSteps(random, number + 1_000_000, laptop)].map((step) => ({
      ...step,
      after: step.after * 10,
    }));
  });
  const faults = Array.from({ length: 3 + random.below(3) }, () => drawNetworkFault(random, laptops));
  return {
    seed,
    number,
    laptops,
    startsSettled: true,
    closes: false,
    people,
    faults: faults.sort((a, b) => a.at - b.at),
  };
}

function drawNetworkFault(random: SeededRandom, laptops: number): Fault {
  const at = random.below(6000);
  const laptop = random.below(laptops);
  // Some are over before anybody notices, some last longer than the silence that ends a connection.
  const back = random.next() < 0.4 ? 300 + random.below(2500) : 3500 + random.below(3500);
  const dice = random.next();
  if (dice < 0.3) return { at, laptop, kind: 'unplug', back };
  if (dice < 0.45) return { at, laptop, kind: 'thin', rate: 128 + random.below(400), back };
  if (dice < 0.75) {
    const apart = Array.from({ length: laptops }, (_, index) => index).filter(() => random.next() < 0.5);
    return { at, laptop, kind: 'split', apart, back };
  }
  if (dice < 0.9) return { at, laptop, kind: 'kill', back: random.below(1000) };
  return { at, laptop, kind: 'freeze', back };
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
  // The one who carries at first has the most to lose; sometimes it is gone until another has taken over.
  const laptop = random.next() < 0.4 ? 0 : random.below(laptops);
  const at = random.below(length);
  const back = random.below(random.next() < 0.3 ? 2500 : 250);
  const dice = random.next();
  if (dice < 0.5) return { at, laptop, kind: 'kill', back };
  if (dice < 0.9) return { at, laptop, kind: 'die', write: { ...random.pick(WRITES), nth: 1 + random.below(5) }, back };
  return { at, laptop, kind: 'freeze', back: 100 + random.below(400) };
}
