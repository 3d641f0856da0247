import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type createWorld,
  roomOf,
  STEP,
  type Line,
  type Machine,
  type Reception,
} from '../../tests/fixtures/succession-world.ts';

const SIZE = 5;

const areTogether = (some: readonly Machine[]): boolean => {
  const host = some.find((one) => one.succession.role() === 'carrying');
  return host !== undefined && some.every((one) => one === host || one.host === host.name);
};

/** Per cent of so many seconds for which they are all together. */
function shareOf(world: ReturnType<typeof createWorld>, some: readonly Machine[], seconds: number): number {
  let steps = 0;
  for (let passed = 0; passed < seconds * 1000; passed += STEP) {
    world.pass(STEP);
    if (areTogether(some)) steps++;
  }
  return Math.round((steps * STEP) / seconds / 10);
}

const hostsOf = (machines: readonly Machine[]) =>
  machines.filter((one) => one.succession.role() === 'carrying').map((one) => one.name);

it.each<[Reception, number]>([
  ['refuses', 90],
  ['says-nothing', 70],
  ['welcomes-and-closes', 90],
  ['welcomes-and-is-silent', 70],
  ['welcomes-and-names-nobody', 90],
  ['welcomes-and-names-another', 85],
])(
  '[TAKE-12] who says to carry the meeting, and %s, leaves the others together for at least %i per cent of the time',
  (lies, share) => {
    const world = roomOf(SIZE);
    const liar = world.machines.at(-1) as Machine;
    const honest = world.machines.slice(0, -1);
    Object.assign(liar, { lies, host: null });
    const shares = [1, 4, 25].map((minutes) => shareOf(world, honest, minutes * 60));
    for (const one of shares.slice(1)) expect(one).toBeGreaterThanOrEqual(share);
    // It stops, and carries the meeting as anybody may.
    liar.lies = null;
    world.happen({ what: 'carry', who: liar.name });
    world.pass(150_000);
    expect(hostsOf(world.machines)).toHaveLength(1);
    expect(areTogether(world.machines)).toBe(true);
  },
);

it('[TAKE-12] two who lie are bounded one by one', () => {
  const world = roomOf(SIZE + 1);
  const honest = world.machines.slice(0, -2);
  for (const liar of world.machines.slice(-2)) Object.assign(liar, { lies: 'refuses', host: null });
  const shares = [1, 4, 25].map((minutes) => shareOf(world, honest, minutes * 60));
  for (const one of shares.slice(1)) expect(one).toBeGreaterThanOrEqual(80);
});

/** Lines that let a laptop in for a second at least, before they are cut again. */
const LINES: Line[] = [1000, 2000, 3000, 5000, 8000, 12_000].flatMap((period) =>
  [0, 300, 900, 2500, 4000].flatMap((down) =>
    [
      [0, 0],
      [100, 0],
      [400, 0],
      [2500, 0],
      [400, 3000],
      [2500, 6000],
      [2500, 7500],
    ]
      .map(([question = 0, welcome = 0]) => ({ period, down, question, welcome }))
      .filter(({ welcome }) => period - down - welcome >= 1000),
  ),
);

it.each<[string, number[], boolean]>([
  ['one laptop is', [0, 0, 1, 0, 0], false],
  ['one laptop is, from the relay', [0, 0, 1, 0, 0], true],
  ['a site is', [0, 0, 1, 1, 0], false],
  ['a site is, from the relay', [0, 0, 1, 1, 0], true],
  ['all but the relay are', [0, 1, 1, 1, 1], true],
  ['all but the host are', [0, 1, 1, 1, 1], false],
])('[TAKE-12] nobody is doubted for a line that drops or is slow, when %s beyond it', (_, sites, relay) => {
  for (const line of LINES) {
    const world = roomOf(SIZE, relay);
    world.machines.forEach((one, at) => Object.assign(one, { site: sites[at], line: sites[at] === 1 ? line : null }));
    world.pass(90_000);
    expect([line, world.doubts]).toEqual([line, []]);
    for (const one of world.machines) one.line = null;
    world.pass(30_000);
    expect([line, hostsOf(world.machines).length]).toEqual([line, 1]);
  }
});

/** No doubt lasts longer, and it takes some seconds to come together. */
const LONGEST = 150_000;
const line = fc.option(fc.constantFrom(...LINES), { nil: null });
const places = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), line), { minLength: SIZE, maxLength: SIZE });

it('[TAKE-12] whatever lines drop, and whoever lies, all honest ones are with one laptop soon after it ends', () => {
  fc.assert(
    fc.property(
      places,
      fc.boolean(),
      fc.constantFrom<Reception | null>(
        null,
        'refuses',
        'says-nothing',
        'welcomes-and-closes',
        'welcomes-and-is-silent',
      ),
      fc.integer({ min: 5, max: 120 }),
      (courses, relay, lies, seconds) => {
        const world = roomOf(SIZE, relay);
        const liar = world.machines.at(-1) as Machine;
        courses.forEach(([site, own], at) => Object.assign(world.machines[at] as Machine, { site, line: own }));
        if (lies) Object.assign(liar, { lies, host: null });
        world.pass(seconds * 1000);
        for (const one of world.machines) one.line = null;
        if (lies) world.happen({ what: 'crash', who: liar.name });
        // Who was alone with the one who lies may know nobody else any more.
        if (lies) world.discover();
        const honest = lies ? world.machines.slice(0, -1) : world.machines;
        world.pass(LONGEST);
        expect(hostsOf(honest)).toHaveLength(1);
        expect(areTogether(honest)).toBe(true);
      },
    ),
    { numRuns: Number(process.env['MODEL_RUNS'] ?? 500) },
  );
}, 120_000);
