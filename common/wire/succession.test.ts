import { describe, expect, it } from 'vitest';
import { asMemberId } from '../domain/ids.ts';
import {
  compareEpochs,
  MAX_EPOCH,
  MAX_STEP_OF_CARRIER,
  MAX_STEP_OF_NEWCOMER,
  type Epoch,
  type KnownLaptop,
} from './carrier.ts';
import { createSuccession } from './succession.ts';

const uuid = (n: number) => asMemberId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const device = (n: number) => `device-${n}-of-them`;
const laptop = (n: number): KnownLaptop => ({ member: uuid(n), device: device(n), address: `10.0.0.${n}:7443` });
const epochOf = (n: number, who: number): Epoch => ({ n, member: uuid(who), device: device(who) });
/** Laptop 1 comes first, 2 second…; 9 is a guest. */
const order = () => [1, 2, 3, 4, 5, 6, 7, 8].map(uuid);

function laptopNumber(n: number, epoch: Epoch | null = null) {
  return createSuccession({
    me: { member: uuid(n), device: device(n) },
    epoch,
    laptops: [],
    carriedAt: null,
    order,
    lasting: () => true,
  });
}

/** Laptop `n`, linked to laptop 1 of epoch 1, knows laptops 2 to 4. */
function joined(n: number) {
  const it = laptopNumber(n);
  it.seek(0);
  it.joined(laptop(1).address, epochOf(1, 1), uuid(1), 0);
  it.heardOf([2, 3, 4].map(laptop));
  return it;
}

it('[TAKE-5] [TAKE-8] others are dialled where this laptop reaches them, and told of as they were told', () => {
  const inside = '10.77.0.2:7443';
  const succession = createSuccession({
    me: { member: uuid(3), device: device(3) },
    epoch: null,
    laptops: [],
    carriedAt: null,
    order,
    place: (laptops) => laptops.map((one) => (one.device === device(2) ? { ...one, address: inside } : one)),
    lasting: () => true,
  });
  succession.seek(0);
  succession.joined(laptop(1).address, epochOf(1, 1), uuid(1), 0);
  succession.heardOf([2, 3].map(laptop));
  succession.lost(0);
  expect(succession.targets(0)).toEqual([laptop(1).address, inside]);
  expect(succession.knocked(0, Infinity)).toEqual({ answer: 'wait', open: [laptop(1).address, inside] });
  for (const address of [laptop(1).address, inside]) succession.failed(address, 0);
  expect(succession.knocked(0, Infinity).answer).toBe('carry');
  expect(succession.laptops()).toEqual([2, 3].map(laptop));
});

describe('epochs', () => {
  it('[TAKE-1] order by number, then member, then device; nothing is below all', () => {
    expect(compareEpochs(epochOf(2, 1), epochOf(1, 9))).toBeGreaterThan(0);
    expect(compareEpochs(epochOf(2, 2), epochOf(2, 1))).toBeGreaterThan(0);
    expect(compareEpochs({ ...epochOf(2, 1), device: 'z'.repeat(8) }, epochOf(2, 1))).toBeGreaterThan(0);
    expect(compareEpochs(epochOf(1, 1), null)).toBeGreaterThan(0);
    expect(compareEpochs(null, null)).toBe(0);
    expect(compareEpochs(epochOf(3, 3), epochOf(3, 3))).toBe(0);
  });

  it('[TAKE-1] taking over goes above everything seen, carrying on does not', () => {
    const second = joined(2);
    second.lost(100);
    expect(second.carry(0)).toEqual(epochOf(2, 2));
    expect(laptopNumber(2, epochOf(5, 2)).carryOn(0)).toEqual(epochOf(5, 2));
    // Somebody else was last: this is a new time of carrying.
    expect(laptopNumber(2, epochOf(5, 3)).carryOn(0)).toEqual(epochOf(6, 2));
  });

  it('[TAKE-6] who seeks goes to whoever says to carry it with the highest epoch seen, known already or not', () => {
    const third = joined(3);
    third.lost(100);
    third.failed(laptop(2).address, 200, { state: 'joined', epoch: epochOf(2, 4), carrier: '10.0.0.77:1' });
    expect(third.noticed(epochOf(2, 4), laptop(4).address, 500)).toBe('tell');
    expect(third.noticed(epochOf(3, 4), laptop(4).address, 500)).toBe('tell');
    third.tell(laptop(4).address);
    // It is on its way there, and not to begin anew at each notice.
    expect(third.noticed(epochOf(2, 4), laptop(4).address, 500)).toBe('ignore');
    third.failed(laptop(4).address, 300);
    expect(third.noticed(epochOf(2, 4), laptop(4).address, 500)).toBe('tell');
    expect(third.noticed(epochOf(1, 1), laptop(1).address, 500)).toBe('ignore');
  });

  it('[TAKE-1] a made-up epoch leaves room above it, whoever tells it', () => {
    const host = laptopNumber(1);
    host.carry(0);
    expect(host.goAbove(epochOf(MAX_EPOCH, 9))).toBe(true);
    expect(host.epoch()).toEqual(epochOf(1 + MAX_STEP_OF_NEWCOMER + 1, 1));
    const listening = laptopNumber(2, epochOf(3, 1));
    listening.seek(0);
    listening.joined(laptop(9).address, epochOf(MAX_EPOCH, 9), uuid(9), 0);
    listening.heardOf([], epochOf(MAX_EPOCH, 9));
    listening.lost(10);
    const own = listening.carry(0);
    expect(own).toEqual(epochOf(3 + 2 * MAX_STEP_OF_CARRIER + 1, 2));
    // A host that knows nothing of it yields all the same.
    const other = laptopNumber(3, epochOf(3, 1));
    other.seek(0);
    other.carry(0);
    expect(other.compared(own, laptop(2).address, { state: 'carrying', epoch: own, carrier: null }, 0)).toBe('yield');
  });

  it('[TAKE-6] whoever cannot be reached is gone above, whoever is lower is not', () => {
    const host = laptopNumber(1);
    host.carry(0);
    expect(host.goAbove(epochOf(4, 2))).toBe(true);
    expect(host.epoch()).toEqual(epochOf(5, 1));
    expect(host.goAbove(epochOf(4, 2))).toBe(false);
  });
});

describe('a laptop whose person has just taken the meeting over', () => {
  it('[TAKE-4] goes above each that it finds, and yields to who has taken it over from it', () => {
    let insists = true;
    const host = createSuccession({
      me: { member: uuid(1), device: device(1) },
      epoch: null,
      laptops: [],
      carriedAt: null,
      order,
      lasting: () => true,
      insists: () => insists,
    });
    host.seek(0);
    host.carry(0);
    const carrying = (n: number, who: number) =>
      ({ state: 'carrying', epoch: epochOf(n, who), carrier: null }) as const;
    expect(host.compared(epochOf(5, 2), laptop(2).address, carrying(5, 2), 40)).toBe('above');
    expect(host.answered(laptop(3).address, carrying(7, 3), 10)).toBe('above');
    expect(host.epoch()).toEqual(epochOf(8, 1));
    expect(host.answered(laptop(2).address, carrying(9, 2), 20)).toBe('yield');
    host.linked([laptop(4)]);
    expect(host.compared(epochOf(10, 4), laptop(4).address, carrying(10, 4), 40)).toBe('yield');
    host.yieldTo(laptop(2).address, 30);
    host.carry(0);
    expect(host.compared(epochOf(20, 2), laptop(2).address, carrying(20, 2), 40)).toBe('above');
    insists = false;
    expect(host.compared(epochOf(30, 3), laptop(3).address, carrying(30, 3), 40)).toBe('yield');
  });
});

describe('a relay that the meeting was given to', () => {
  it('[TAKE-6] goes above whoever took over meanwhile, and yields once it has the meeting no more', () => {
    let given = true;
    const relay = createSuccession({
      me: { member: uuid(1), device: device(1) },
      epoch: epochOf(3, 1),
      laptops: [],
      carriedAt: null,
      order,
      lasting: () => true,
      keeps: () => given,
    });
    relay.seek(0);
    relay.carryOn(0);
    const other = { state: 'carrying', epoch: epochOf(4, 2), carrier: null } as const;
    expect(relay.compared(other.epoch, laptop(2).address, other, 5)).toBe('above');
    expect(relay.epoch()).toEqual(epochOf(5, 1));
    expect(relay.answered(laptop(2).address, { ...other, epoch: epochOf(6, 2) }, 10)).toBe('above');
    expect(relay.epoch()).toEqual(epochOf(7, 1));
    given = false;
    expect(relay.compared(epochOf(8, 2), laptop(2).address, { ...other, epoch: epochOf(8, 2) }, 20)).toBe('yield');
  });

  const relayed = () =>
    createSuccession({
      me: { member: uuid(1), device: device(1) },
      epoch: epochOf(3, 1),
      laptops: [],
      carriedAt: null,
      order,
      lasting: () => true,
      keeps: () => true,
    });
  /** The other one goes above it each time, as who can't dial it does. */
  function outbid(relay: ReturnType<typeof relayed>, times: readonly number[]) {
    return times.map((now) => {
      const epoch = epochOf((relay.epoch()?.n ?? 0) + 1, 2);
      return relay.answered(laptop(2).address, { state: 'carrying', epoch, carrier: null }, now);
    });
  }

  it('[TAKE-11] yields to a laptop that goes above it again and again, though it was told each time', () => {
    const relay = relayed();
    relay.seek(0);
    relay.carryOn(0);
    expect(outbid(relay, [100, 1000, 2000, 4000])).toEqual(['above', 'above', 'above', 'above']);
    // Another one has nothing to do with it.
    expect(
      relay.compared(
        epochOf(100, 3),
        laptop(3).address,
        { state: 'carrying', epoch: epochOf(100, 3), carrier: null },
        5200,
      ),
    ).toBe('above');
    expect(outbid(relay, [5200])).toEqual(['yield']);
    // What happened long ago counts for nothing.
    const later = relayed();
    later.seek(0);
    later.carryOn(0);
    expect(outbid(later, [100, 1000, 61_500, 62_000])).toEqual(['above', 'above', 'above', 'above']);
  });

  it('[TAKE-11] takes the meeting back for one who reaches it alone, and then leaves it to nobody', () => {
    const relay = relayed();
    relay.seek(0);
    relay.joined(laptop(2).address, epochOf(9, 2), uuid(2), 0);
    // Those who only come by find the other one.
    for (const [at, number] of [2, 3, 4].entries()) {
      relay.came(uuid(number + 1), 2000 * at);
      expect(relay.knocked(2000 * at, 0).answer).toBe('no');
    }
    for (const now of [10_000, 12_000, 14_900]) {
      relay.came(uuid(6), now);
      expect(relay.knocked(now, 0).answer).toBe('no');
    }
    relay.came(uuid(6), 15_100);
    expect(relay.knocked(15_100, 0).answer).toBe('carry');
    expect(relay.carry(0)).toEqual(epochOf(10, 1));
    expect(outbid(relay, [16_000, 18_000, 20_000, 22_000, 60_000])).not.toContain('yield');
  });

  it('[TAKE-11] any other laptop that is linked takes nothing over because somebody comes', () => {
    const other = joined(2);
    for (const now of [0, 2000, 4000, 6000, 8000]) {
      other.came(uuid(4), now);
      expect(other.knocked(now, 0).answer).toBe('no');
    }
  });
});

describe('who takes over', () => {
  it('[TAKE-2] the first in the order, when somebody comes and the former host does not answer', () => {
    const second = joined(2);
    second.lost(100);
    expect(second.knocked(110, Infinity)).toEqual({ answer: 'wait', open: [laptop(1).address] });
    second.failed(laptop(1).address, 120);
    expect(second.knocked(121, Infinity).answer).toBe('carry');
  });

  it('[TAKE-2] the next one only when those before it are gone', () => {
    const third = joined(3);
    third.lost(100);
    third.failed(laptop(1).address, 110);
    expect(third.knocked(120, Infinity)).toEqual({ answer: 'wait', open: [laptop(2).address] });
    third.failed(laptop(2).address, 130, { state: 'seeking', epoch: epochOf(1, 1), carrier: null });
    expect(third.knocked(140, Infinity).answer).toBe('wait');
    // It answers, and yet never takes over.
    expect(third.knocked(3200, Infinity).answer).toBe('carry');
    const other = joined(3);
    other.lost(100);
    other.failed(laptop(1).address, 110);
    other.failed(laptop(2).address, 115);
    expect(other.knocked(120, Infinity).answer).toBe('carry');
  });

  it('[TAKE-2] nobody who still hears the host; whoever hears it no more asks it first', () => {
    const second = joined(2);
    expect(second.knocked(100, 20)).toEqual({ answer: 'no', open: [] });
    expect(second.knocked(5000, 1500)).toEqual({ answer: 'wait', open: [laptop(1).address] });
    // What was found out meanwhile counts when the link is given up.
    second.failed(laptop(1).address, 5100);
    second.lost(5500);
    expect(second.knocked(5510, Infinity).answer).toBe('carry');
  });

  it('[TAKE-3] no guest, nobody who never saw an epoch, nobody after the end', () => {
    const guest = joined(9);
    guest.lost(100);
    expect(guest.knocked(9000, Infinity).answer).toBe('no');
    const fresh = laptopNumber(2);
    fresh.seek(0);
    expect(fresh.knocked(9000, Infinity).answer).toBe('no');
    let over = false;
    const late = createSuccession({
      me: { member: uuid(2), device: device(2) },
      epoch: epochOf(1, 1),
      laptops: [],
      carriedAt: null,
      order,
      lasting: () => !over,
    });
    late.seek(0);
    expect(late.knocked(10, Infinity).answer).toBe('carry');
    over = true;
    expect(late.knocked(10, Infinity).answer).toBe('no');
  });

  it('[TAKE-4] whom the host names when it says goodbye, at once', () => {
    expect(joined(3).lost(100, laptop(3))).toBe(true);
    const other = joined(2);
    expect(other.lost(100, laptop(3))).toBe(false);
    expect(other.targets(101)[0]).toBe(laptop(3).address);
    expect(other.targets(101)).not.toContain(laptop(1).address);
  });
});

describe('where to look', () => {
  it('[TAKE-5] the host of before, then those who follow it, at most a few; never those who come later', () => {
    const fourth = joined(4);
    fourth.lost(100);
    expect(fourth.targets(101)).toEqual([1, 2, 3].map((n) => laptop(n).address));
    fourth.failed(laptop(1).address, 110);
    fourth.failed(laptop(2).address, 120);
    expect(fourth.targets(130)).toEqual([laptop(3).address]);
    expect(fourth.targets(1200)).toEqual([1, 2, 3].map((n) => laptop(n).address));
    expect(joined(4).targets(100)).toEqual([]);
  });

  it('[TAKE-5] whom others name, first', () => {
    const fourth = joined(4);
    fourth.lost(100);
    fourth.failed(laptop(2).address, 110, { state: 'joined', epoch: epochOf(2, 3), carrier: laptop(3).address });
    expect(fourth.targets(120)[0]).toBe(laptop(3).address);
    fourth.failed(laptop(3).address, 130, { state: 'carrying', epoch: epochOf(2, 3), carrier: null });
    expect(fourth.targets(140)[0]).toBe(laptop(3).address);
    fourth.tell('10.0.0.7:7443');
    expect(fourth.targets(150)[0]).toBe('10.0.0.7:7443');
  });

  it('[TAKE-5] after a long time in vain more seldom', () => {
    const second = joined(2);
    second.lost(0);
    second.failed(laptop(1).address, 30_000);
    expect(second.targets(33_000)).not.toContain(laptop(1).address);
    expect(second.targets(35_001)[0]).toBe(laptop(1).address);
  });

  it('[TAKE-5] those who come later as well, once nobody has knocked for three seconds', () => {
    const second = joined(2);
    second.lost(0);
    const later = [laptop(3).address, laptop(4).address];
    expect(second.targets(2999)).toEqual([laptop(1).address]);
    expect(second.targets(3000)).toEqual([laptop(1).address, ...later]);
  });

  it('[TAKE-5] one of which nothing was heard is asked again soon, and counts as gone all the same', () => {
    const second = joined(2);
    second.answered(laptop(1).address, null, 100, false);
    second.lost(200);
    expect(second.unheard(laptop(1).address)).toBe(true);
    expect(second.targets(349)).not.toContain(laptop(1).address);
    expect(second.targets(350)[0]).toBe(laptop(1).address);
    expect(second.knocked(350, Infinity).answer).toBe('carry');
    // It is there and says nothing: whoever follows it comes first.
    second.answered(laptop(1).address, null, 400, true);
    expect(second.unheard(laptop(1).address)).toBe(false);
    expect(second.targets(1399)).not.toContain(laptop(1).address);
  });
});

describe('a carrying laptop that nobody new reaches', () => {
  const one = laptop(1).address;

  it('[TAKE-10] is followed by whoever it tells, tries twice and hears nothing', () => {
    const second = joined(2);
    second.lost(0);
    for (const at of [1000, 8000]) {
      expect(second.noticed(epochOf(1, 1), one, 500)).toBe('tell');
      second.tell(one);
      second.failed(one, at, undefined, false);
    }
    expect(second.noticed(epochOf(1, 1), one, 500)).toBe('knock');
    expect(second.knocked(8100, Infinity).answer).toBe('carry');
    expect(second.carry(0)).toMatchObject({ n: 2 });
  });

  it('[TAKE-10] does not make anybody take over who has not asked those that it knows: what is told may be made up', () => {
    const nowhere = '10.0.0.66:7443';
    const third = joined(3);
    third.lost(0);
    for (const at of [100, 400]) {
      third.noticed(epochOf(5, 8), nowhere, 500);
      third.tell(nowhere);
      third.failed(nowhere, at, undefined, false);
    }
    expect(third.noticed(epochOf(5, 8), nowhere, 500)).toBe('knock');
    expect(third.knocked(500, Infinity)).toEqual({ answer: 'wait', open: [one, laptop(2).address] });
    expect(third.answered(one, { state: 'carrying', epoch: epochOf(1, 1), carrier: null }, 600)).toBe('retry');
    expect(third.knocked(700, Infinity)).toEqual({ answer: 'wait', open: [one, laptop(2).address] });
  });

  it('[TAKE-10] not when it was heard: it is only slow', () => {
    const second = joined(2);
    second.lost(0);
    for (const heard of [false, true, false]) {
      expect(second.noticed(epochOf(1, 1), one, 500)).toBe('tell');
      second.tell(one);
      second.failed(one, 1000, undefined, heard);
    }
    expect(second.noticed(epochOf(1, 1), one, 500)).toBe('tell');
  });

  it('[TAKE-10] is followed by one that is linked to it, when others knock there and it dials in vain itself', () => {
    const second = joined(2);
    expect(second.knocked(0, 100)).toEqual({ answer: 'no', open: [] });
    for (const at of [2000, 4000, 6000]) {
      expect(second.knocked(at, 100)).toEqual({ answer: 'no', open: [one] });
      expect(second.knocked(at + 100, 100)).toEqual({ answer: 'no', open: [] });
      second.answered(one, null, at + 500, false);
    }
    expect(second.knocked(6600, 100).answer).toBe('no');
    expect(second.knocked(7500, 100).answer).toBe('carry');
  });

  it('[TAKE-10] not for what was asked while its link was silent, nor for what was found out long ago', () => {
    const afterOutage = joined(2);
    for (const at of [1000, 2000, 3000, 7000]) afterOutage.answered(one, null, at, false);
    expect(afterOutage.knocked(8000, 100)).toEqual({ answer: 'no', open: [] });
    expect(afterOutage.knocked(10_000, 100)).toEqual({ answer: 'no', open: [one] });

    const longAgo = joined(2);
    for (const at of [0, 2000, 4000, 6000]) {
      longAgo.knocked(at, 100);
      longAgo.answered(one, null, at + 1000, false);
    }
    expect(longAgo.knocked(3_600_000, 100)).toEqual({ answer: 'no', open: [] });
    expect(longAgo.knocked(3_602_000, 100)).toEqual({ answer: 'no', open: [one] });
  });

  it('[TAKE-10] not when it answers once, or its link is silent, or the one that is linked may not', () => {
    const answers = joined(2);
    const silent = joined(2);
    const guest = joined(9);
    for (let at = 0; at < 20_000; at += 2000) {
      for (const [one_, silence] of [
        [answers, 100],
        [silent, at === 6000 || at === 12_000 || at === 18_000 ? 1100 : 100],
        [guest, 100],
      ] as const) {
        expect(one_.knocked(at, silence).answer).not.toBe('carry');
        if (one_ === answers && at % 6000 === 0) one_.answered(one, null, at, true);
        else one_.answered(one, null, at, false);
      }
    }
  });
});
