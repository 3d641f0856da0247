import type { MemberId } from '../domain/ids.ts';
import {
  compareEpochs,
  MAX_STEP_OF_CARRIER,
  MAX_STEP_OF_NEWCOMER,
  type CarrierReport,
  type Epoch,
  type KnownLaptop,
} from './carrier.ts';
import { createDoubt } from './doubt.ts';
import { createKeeping } from './keeping.ts';

/**
 * Which laptop carries the meeting, decided on each laptop for itself: main/hub/SPEC.md, "Takeover". Knows no network and
 * no clock of its own; whoever runs it tells what happened and does what it decides. All times are milliseconds of one
 * clock that never goes back.
 */
export interface Succession {
  role(): Role;
  /** The highest seen; the own one while carrying. Must be on disk before anybody is served. */
  epoch(): Epoch | null;
  /** Laptops of the meeting as the last carrying one told. */
  laptops(): readonly KnownLaptop[];
  /** The same where this laptop reaches them. */
  placed(): readonly KnownLaptop[];
  /** Where the carrying laptop was reached last. */
  carriedAt(): string | null;
  report(): CarrierReport;

  /** Looks for whoever carries the meeting: a laptop starts, or its person comes back. */
  seek(now: number): void;
  /** The link is up. `epoch` null: a laptop of before epochs. */
  joined(address: string, epoch: Epoch | null): void;
  /** The carrying laptop told who is connected, and the epoch it carries with now. */
  heardOf(laptops: readonly KnownLaptop[], epoch?: Epoch): void;
  /** These are linked to this laptop, which carries it. */
  linked(laptops: readonly KnownLaptop[]): void;
  /** The link is down. `successor`: the carrying laptop said goodbye and who follows. True: that is this laptop, carry on. */
  lost(now: number, successor?: { readonly device: string; readonly address: string }): boolean;
  /**
   * A try to reach or to join that laptop failed; `report` is what it answered instead, if it did. `heard` false: nothing
   * shows that there is a computer at all; the line may be out.
   */
  failed(address: string, now: number, report?: CarrierReport, heard?: boolean): void;
  /** The last try there failed so. */
  unheard(address: string): boolean;

  /** Where to try to join, the likeliest first. Empty: nothing to try just now. */
  targets(now: number): string[];
  /** That member wants to join here, while this laptop doesn't carry the meeting; before `knocked`. */
  came(member: MemberId, now: number): void;
  /**
   * Somebody wants to join here while nobody is served, or can't join elsewhere. `wait`: the `open` ones have to be asked
   * first, or something has to end first; with `no` it is good to know of them.
   */
  knocked(
    now: number,
    silentFor: number,
  ): { readonly answer: 'carry' | 'wait' | 'no'; readonly open: readonly string[] };
  /** Takes the meeting over, or carries on after a restart: returns the epoch to serve with. */
  carry(): Epoch;
  carryOn(): Epoch;
  /** Somebody of this epoch comes to this laptop while it carries: it goes above it. True if it had to. */
  goAbove(epoch: Epoch): boolean;
  /**
   * Somebody says that they carry the meeting with that epoch. `tell`: join there; `check`: ask them first, and give the
   * answer to `compared`; `knock`: as if somebody had knocked, since they don't reach whoever carries it, or are not reached
   * from here, again and again, though they reach this laptop.
   */
  noticed(epoch: Epoch, address: string): 'ignore' | 'tell' | 'check' | 'knock';
  /**
   * What was asked because of a notice; null: not reached. `yield`: leave what there is for the one at that address; `knock`:
   * it doesn't reach whoever carries it, as if it had knocked.
   */
  compared(epoch: Epoch, report: CarrierReport | null, now: number): 'yield' | 'above' | 'ignore' | 'knock';
  /** Another laptop was asked who carries it; null: not reached. `retry`: try again to join. */
  answered(
    address: string,
    report: CarrierReport | null,
    now: number,
    heard?: boolean,
  ): 'yield' | 'above' | 'retry' | 'ignore';
  /** Stops carrying in favour of whoever is at that address. */
  yieldTo(address: string, now: number): void;
  /** Somebody was found who may carry it. */
  hint(addresses: readonly string[]): void;
  hints(): readonly string[];
  /** Somebody says of itself, or is known, to carry it now. */
  tell(address: string): void;
  leave(): void;
}

/** `away`: doesn't attend. */
export type Role = 'away' | 'seeking' | 'joined' | 'carrying';

/** A carrying laptop that was silent for so long may be gone. */
export const SUSPECT_MILLISECONDS = 1000;
/** So long those who come first in the order are waited for when they answer and yet don't take over. */
const PATIENCE_MILLISECONDS = 3000;
/** An address that failed is tried again after this; after a long time in vain more seldom. */
const AGAIN_MILLISECONDS = 1000;
/** One of which nothing was heard: asking costs next to nothing, and an outage may be over. */
const UNHEARD_AGAIN_MILLISECONDS = 250;
const SELDOM_MILLISECONDS = 5000;
const LONG_MILLISECONDS = 20_000;
/** What failed so lately before the link was lost counts as failed since. */
const FRESH_MILLISECONDS = 2000;
/** Those asked of the ones that come first, at a time. */
const SENIORS_AT_A_TIME = 3;
const MAX_HINTS = 16;
/** Who says that it carries the meeting has been dialled so often in vain, told each time: perhaps nobody new reaches it. */
const VAIN_TRIES = 2;
export function createSuccession(options: {
  readonly me: { readonly member: MemberId; readonly device: string };
  /** As they were before a restart. */
  readonly epoch: Epoch | null;
  readonly laptops: readonly KnownLaptop[];
  readonly carriedAt: string | null;
  /** Whose laptops may take over, the first first. */
  order(): readonly MemberId[];
  /** Laptops that were told of, where this one reaches them: it may see them elsewhere than the carrying one. */
  place?(laptops: readonly KnownLaptop[]): readonly KnownLaptop[];
  /** False when the meeting is over: nobody needs to take it over any more. */
  lasting(): boolean;
  /** Whose computers carry meetings together with this one (relays of one identity): none goes before the other. */
  alike?(member: MemberId): boolean;
  /** The meeting was given to this computer, so that people elsewhere reach it: it leaves it to nobody who reaches it. */
  keeps?(): boolean;
  /** Its person has just said that this laptop carries it: it goes above whoever can't know that yet. */
  insists?(): boolean;
}): Succession {
  const { me } = options;
  let role: Role = 'away';
  let seen = options.epoch;
  let known = options.laptops;
  let carriedAt = options.carriedAt;
  let since = 0;
  /** Found, remembered or told by others. */
  let hints: string[] = [];
  /** Said by others, or by itself, to carry it now. */
  let told: string | null = null;
  /** Where nothing was heard of the one that says that it carries it, and how often in a row. */
  let vain = { address: '', tries: 0 };
  const doubt = createDoubt();
  /** Who know that this laptop carries it: were linked here, or gone above. Whoever of them is higher took it over knowingly. */
  let aware = new Set<string>();
  const keeping = createKeeping();
  let failures = new Map<string, { readonly at: number; readonly heard: boolean }>();
  /** Answered, but doesn't carry. */
  let answers = new Map<string, CarrierReport>();

  const isMe = (laptop: { member: MemberId; device: string }) =>
    laptop.device === me.device && laptop.member === me.member;

  const placed = (): readonly KnownLaptop[] => options.place?.(known) ?? known;

  /** Others that may take over, in order; those before this laptop if `before`. */
  function successors(before: boolean): KnownLaptop[] {
    const order = options.order();
    const byPlace = placesIn(order);
    const all = !before || !order.includes(me.member);
    return placed()
      .filter((laptop) => !isMe(laptop) && laptop.address !== carriedAt && order.includes(laptop.member))
      .filter((laptop) => all || byPlace(laptop, me) < 0)
      .sort(byPlace);
  }

  function begin(now: number): void {
    role = 'seeking';
    since = now;
    told = null;
    // What was found out while the carrying laptop was silent already still holds.
    failures = new Map([...failures].filter(([, { at }]) => now - at < FRESH_MILLISECONDS));
    answers = new Map();
  }

  /** Whoever makes up an epoch must not get to where nobody is above it. Which of two is the higher one stays as it is. */
  const within = (step: number, epoch: Epoch): Epoch => ({ ...epoch, n: Math.min(epoch.n, (seen?.n ?? 0) + step) });

  function note(epoch: Epoch | null): void {
    if (epoch && compareEpochs(epoch, seen) > 0) seen = within(MAX_STEP_OF_CARRIER, epoch);
  }

  function failed(address: string, now: number, report?: CarrierReport, heard = true): void {
    if (report?.state === 'carrying') {
      failures.delete(address);
      told = address;
      return;
    }
    if (address === told) {
      told = null;
      vain = { address, tries: report || heard ? 0 : (vain.address === address ? vain.tries : 0) + 1 };
    }
    failures.set(address, { at: now, heard });
    if (!report) return void answers.delete(address);
    answers.set(address, report);
    note(report.epoch);
    const elsewhere = report.state === 'joined' ? report.carrier : null;
    if (elsewhere && !recently(elsewhere, now)) told = elsewhere;
  }

  function hint(addresses: readonly string[]): void {
    const fresh = addresses.filter((address) => !hints.includes(address));
    hints = [...fresh, ...hints].slice(0, MAX_HINTS);
    for (const address of fresh) failures.delete(address);
  }

  const outranks = (epoch: Epoch): boolean =>
    compareEpochs(epoch, seen) > 0 && !(role === 'carrying' && options.alike?.(epoch.member));

  function goAbove(epoch: Epoch, step: number): boolean {
    if (role !== 'carrying' || compareEpochs(epoch, seen) <= 0) return false;
    seen = { n: within(step, epoch).n + 1, ...me };
    return true;
  }

  function standsFirm(epoch: Epoch, now: number): boolean {
    if (options.keeps?.()) return keeping.standsFirm(epoch, now);
    const who = `${epoch.member} ${epoch.device}`;
    if (!options.insists?.() || aware.has(who)) return false;
    aware.add(who);
    return true;
  }

  const mayTakeOver = () => seen !== null && options.order().includes(me.member) && options.lasting();
  const isGone = (address: string) => failures.has(address) && !answers.has(address);

  return {
    role: () => role,
    epoch: () => seen,
    laptops: () => known,
    placed,
    carriedAt: () => carriedAt,
    report: () => ({
      state: role === 'carrying' || role === 'joined' ? role : 'seeking',
      epoch: seen,
      carrier: role === 'joined' ? carriedAt : null,
    }),
    seek: begin,
    joined(address, epoch) {
      role = 'joined';
      carriedAt = address;
      told = null;
      vain = { address, tries: 0 };
      doubt.forget();
      keeping.joined();
      note(epoch);
    },
    heardOf(laptops, epoch) {
      known = laptops;
      note(epoch ?? null);
    },
    linked(laptops) {
      for (const { member, device } of laptops) aware.add(`${member} ${device}`);
    },
    lost(now, successor) {
      begin(now);
      if (successor?.device === me.device) return true;
      if (successor) {
        told = successor.address;
        if (carriedAt) failures.set(carriedAt, { at: now, heard: true });
      }
      return false;
    },
    failed,
    unheard: (address) => failures.get(address)?.heard === false,
    targets(now) {
      if (role !== 'seeking') return [];
      const due = (address: string | null): address is string => address !== null && !recently(address, now);
      const first = [told, carriedAt].filter(due);
      // Whoever has waited for a knock in vain may be one whom nobody can dial.
      const waited = now - since >= PATIENCE_MILLISECONDS;
      const others = successors(!waited)
        .map((laptop) => laptop.address)
        .filter(due);
      const unheard = (address: string) => Number(failures.get(address)?.heard === false);
      if (waited) others.sort((a, b) => unheard(a) - unheard(b));
      const next = others.slice(0, SENIORS_AT_A_TIME);
      return [...new Set([...first, ...next, ...hints.filter(due)])];
    },
    came(member, now) {
      if (role === 'joined' && options.keeps?.()) keeping.came(member, now);
    },
    knocked(now, silentFor) {
      if (role === 'carrying') return { answer: 'carry', open: [] };
      if (role === 'away') return { answer: 'no', open: [] };
      if (role === 'joined') {
        if (carriedAt === null) return { answer: 'no', open: [] };
        if (keeping.needed(now) && mayTakeOver()) {
          keeping.tookBack();
          return { answer: 'carry', open: [] };
        }
        if (silentFor >= SUSPECT_MILLISECONDS) {
          doubt.silent();
          return { answer: 'wait', open: [carriedAt] };
        }
        const reached = doubt.knocked(now, mayTakeOver());
        if (reached === 'sure') return { answer: 'carry', open: [] };
        return { answer: 'no', open: reached === 'ask' ? [carriedAt] : [] };
      }
      if (!mayTakeOver()) return { answer: 'no', open: [] };
      const before = successors(true).map((laptop) => laptop.address);
      const waited = now - since >= PATIENCE_MILLISECONDS;
      const open = [...new Set([told, carriedAt, ...(waited ? [] : before)])]
        .filter((address) => address !== null)
        .filter((address) => !isGone(address) && !(waited && answers.has(address)));
      return { answer: open.length === 0 ? 'carry' : 'wait', open };
    },
    carry() {
      seen = { n: (seen?.n ?? 0) + 1, ...me };
      role = 'carrying';
      aware = new Set();
      return seen;
    },
    carryOn() {
      if (!seen || !isMe(seen)) return this.carry();
      role = 'carrying';
      return seen;
    },
    goAbove: (epoch) => goAbove(epoch, MAX_STEP_OF_NEWCOMER),
    noticed(epoch, address) {
      if (role === 'seeking') {
        // Known or not, the highest one seen is where to go; where this laptop was sent meanwhile may be wrong.
        const underWay = address === told && !failures.has(address);
        if (compareEpochs(epoch, seen) < 0 || underWay) return 'ignore';
        if (address !== vain.address || vain.tries < VAIN_TRIES || !mayTakeOver()) return 'tell';
        note(epoch);
        return 'knock';
      }
      if (role === 'joined' && compareEpochs(epoch, seen) < 0) return 'knock';
      if (role === 'away' || !outranks(epoch)) return 'ignore';
      if (role === 'joined' && address === carriedAt) {
        note(epoch);
        return 'ignore';
      }
      return 'check';
    },
    compared(epoch, report, now) {
      if (role === 'seeking' || role === 'away') return 'ignore';
      if (report?.state === 'carrying' && report.epoch && outranks(report.epoch)) {
        if (role !== 'carrying' || !standsFirm(report.epoch, now)) return 'yield';
        return goAbove(report.epoch, MAX_STEP_OF_CARRIER) ? 'above' : 'ignore';
      }
      if (report === null && role === 'joined') return 'knock';
      // Whoever can't be reached from here can't serve those who are.
      return report === null && goAbove(epoch, MAX_STEP_OF_NEWCOMER) ? 'above' : 'ignore';
    },
    answered(address, report, now, heard = true) {
      if (role === 'carrying') {
        const higher = report?.epoch ? outranks(report.epoch) : false;
        if (higher && report?.state === 'carrying') {
          const firm = report.epoch !== null && standsFirm(report.epoch, now);
          return firm && report.epoch && goAbove(report.epoch, MAX_STEP_OF_CARRIER) ? 'above' : 'yield';
        }
        if (higher && report?.state === 'joined' && report.carrier) hint([report.carrier]);
        return 'ignore';
      }
      if (role === 'joined' && address === carriedAt) doubt.asked(heard || report !== null, now);
      if (role === 'seeking' || report === null) failed(address, now, report ?? undefined, heard);
      return role === 'seeking' && report?.state === 'carrying' ? 'retry' : 'ignore';
    },
    yieldTo(address, now) {
      begin(now);
      told = address;
      carriedAt = null;
    },
    hint,
    hints: () => hints,
    tell(address) {
      told = address;
      failures.delete(address);
    },
    leave() {
      role = 'away';
      hints = [];
    },
  };

  function recently(address: string, now: number): boolean {
    const failure = failures.get(address);
    if (!failure) return false;
    const soon = failure.heard ? AGAIN_MILLISECONDS : UNHEARD_AGAIN_MILLISECONDS;
    return now - failure.at < (now - since > LONG_MILLISECONDS ? SELDOM_MILLISECONDS : soon);
  }
}

/** Compares laptops by their place in the order of those who may take over; whoever has none comes last. */
export function placesIn(order: readonly MemberId[]): (a: Identity, b: Identity) => number {
  const places = new Map(order.map((member, place) => [member, place]));
  return (a, b) => {
    const [left, right] = [places.get(a.member) ?? Infinity, places.get(b.member) ?? Infinity];
    if (left !== right) return left - right;
    if (a.member !== b.member) return a.member < b.member ? -1 : 1;
    return a.device === b.device ? 0 : a.device < b.device ? -1 : 1;
  };
}

type Identity = Pick<KnownLaptop, 'member' | 'device'>;
