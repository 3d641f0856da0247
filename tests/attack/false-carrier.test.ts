import { afterEach, expect, test } from 'vitest';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { attackedRoom, watchForCrashes, type AttackedRoom } from './attacked-room.ts';
import { falseCarrier, type FalseCarrier, type Reception } from './false-carrier.ts';
import { handLink, hostilePerson, type HostilePerson } from './hostile-person.ts';

// A member whose computer says again and again that it carries the meeting, and serves nobody.
let at: AttackedRoom;
let liar: FalseCarrier | undefined;
let claims: NodeJS.Timeout | undefined;
const watch = watchForCrashes();

afterEach(async () => {
  clearInterval(claims);
  liar?.close();
  await at?.close();
  watch.stop();
});

/** Where the others listen, as any member is told. */
async function everybody(mallory: HostilePerson): Promise<readonly string[]> {
  const link = await handLink(mallory, at.address, at.meeting);
  const others = await until(() => {
    const told = link.control().findLast((one) => one.type === 'laptops');
    return told?.type === 'laptops' && told.laptops.length >= 2 && told.laptops;
  });
  link.socket.terminate();
  return [at.address, ...others.map((one) => one.address)];
}

async function areTogether(): Promise<boolean> {
  const ask = async (laptop: TestLaptop) =>
    (await laptop.request('meetings.state', { meeting: at.meeting })).connection;
  const all = await Promise.all([at.secretary, at.chair, at.honest].map(ask));
  const hosts = all.filter(({ role }) => role === 'host');
  return hosts.length === 1 && all.filter(({ role, state }) => role === 'member' && state === 'connected').length === 2;
}

/**
 * Seconds: the first claims are followed; from then on the others stay together nearly always. Without the rule they are for 2 to 5 %.
 * Who welcomes and closes keeps nobody apart for long at a time, with or without it: the model shows what it does.
 */
test.each<[Reception, number, number]>([
  ['refuses', 12, 12],
  ['says-nothing', 40, 15],
])(
  '[TAKE-12] who says again and again to carry the meeting, and %s, does not keep the others apart',
  async (reception, first, then) => {
    at = await attackedRoom();
    const mallory = await hostilePerson(at.hostile, at.meeting);
    await at.hostile.engine.close();
    const addresses = await everybody(mallory);
    const lying = await falseCarrier(mallory, at.meeting, reception);
    liar = lying;
    const began = performance.now();
    claims = setInterval(() => void Promise.all(addresses.map((address) => lying.claim(address))), 300);
    const looks: boolean[][] = [[], []];
    for (let passed = 0; passed < first + then; passed = (performance.now() - began) / 1000) {
      looks[passed < first ? 0 : 1]?.push(await areTogether());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [before = 0, after = 0] = looks.map((some) => some.filter(Boolean).length / some.length);
    const shares = `${(100 * before).toFixed(0)} % of the first ${first} s, then ${(100 * after).toFixed(0)} %`;
    console.log(`${reception}: together ${shares}, ${lying.visits()} visits`);
    expect(lying.visits()).toBeGreaterThanOrEqual(3);
    expect(after).toBeGreaterThan(0.3);
  },
  180_000,
);
