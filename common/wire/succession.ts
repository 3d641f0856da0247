import type { MemberId } from '../domain/ids.ts';
import {
  compareEpochs,
  MAX_STEP_OF_CARRIER,
  MAX_STEP_OF_NEWCOMER,
  type Answer,
  type CarrierReport,
  type Epoch,
  type KnownLaptop,
} from './carrier.ts';
import { createClaims } from './claims.ts';
import { createDoubt } from './doubt.ts';
import { createKeeping } from './keeping.ts';
import type { Role, Succession } from './succession-port.ts';
import { placesIn } from './takeover-places.ts';

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
/** Who waits longer to be let in asks whether it is still to wait. */
const LONG_WELCOME_MILLISECONDS = 5000;
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
  /** Whether an address lies in the own network segment. */
  near?(address: string): boolean;
  /** Other places are to be tried first from now on. */
  onSuspect?(): void;
  /** What that member says of carrying the meeting counts for nothing for so many milliseconds. */
  onDoubt?(member: MemberId, milliseconds: number): void;
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
  const claims = createClaims({ ...options, near: options.near ?? (() => false) });
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
    claims.left();
    // What was found out while the carrying laptop was silent already still holds.
    failures = new Map([...failures].filter(([, { at }]) => now - at < FRESH_MILLISECONDS));
    answers = new Map();
  }

  /** Whoever makes up an epoch must not get to where nobody is above it. Which of two is the higher one stays as it is. */
  const within = (step: number, epoch: Epoch): Epoch => ({ ...epoch, n: Math.min(epoch.n, (seen?.n ?? 0) + step) });

  function note(epoch: Epoch | null): void {
    if (epoch && compareEpochs(epoch, seen) > 0) seen = within(MAX_STEP_OF_CARRIER, epoch);
  }

  function failed(address: string, now: number, report?: Answer, heard = true): void {
    if (report?.state === 'carrying' && claims.countAt(address, now)) {
      failures.delete(address);
      told = address;
      return;
    }
    if (address === told) {
      told = null;
      vain = { address, tries: report || heard ? 0 : (vain.address === address ? vain.tries : 0) + 1 };
    }
    failures.set(address, { at: now, heard });
    if (!report || report.state === 'carrying') return void answers.delete(address);
    answers.set(address, report);
    note(report.epoch);
    const elsewhere = report.state === 'joined' ? report.carrier : null;
    if (elsewhere && !recently(elsewhere, now) && claims.countAt(elsewhere, now)) told = elsewhere;
  }

  function hint(addresses: readonly string[]): void {
    const fresh = addresses.filter((address) => !hints.includes(address));
    hints = [...fresh, ...hints].slice(0, MAX_HINTS);
    for (const address of fresh) failures.delete(address);
  }

  /** An answer to a question. */
  function weigh(answer: Answer | null, address: string, now: number): void {
    // Who isn't looking for somebody to serve it doesn't wait for those who say that they do.
    if (answer && (role === 'seeking' || answer.state !== 'carrying')) claims.heard(answer, address, now, false);
  }

  const outranks = (epoch: Epoch, now: number): boolean =>
    compareEpochs(epoch, seen) > 0 &&
    claims.count(epoch.member, now) &&
    !(role === 'carrying' && options.alike?.(epoch.member));

  function goAbove(epoch: Epoch, step: number): boolean {
    if (role !== 'carrying' || compareEpochs(epoch, seen) <= 0) return false;
    seen = { n: within(step, epoch).n + 1, ...me };
    return true;
  }

  /** Who is at that address carries it with a higher epoch. */
  function claimed(epoch: Epoch, address: string, now: number): 'yield' | 'above' {
    if (role === 'carrying' && standsFirm(epoch, now) && goAbove(epoch, MAX_STEP_OF_CARRIER)) return 'above';
    claims.follow(epoch.member, address);
    return 'yield';
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
    report: (now) => ({
      state: role === 'carrying' || role === 'joined' ? role : 'seeking',
      epoch: seen,
      carrier: role === 'joined' ? carriedAt : null,
      served: claims.served(now),
    }),
    seek: begin,
    joined(address, epoch, by, now) {
      role = 'joined';
      claims.joined(by, address, now);
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
      claims.lost(now, successor !== undefined);
      begin(now);
      if (successor?.device === me.device) return true;
      if (successor) {
        told = successor.address;
        if (carriedAt) failures.set(carriedAt, { at: now, heard: true });
      }
      return false;
    },
    failed(address, now, report, heard) {
      if (report) claims.heard(report, address, now, true);
      failed(address, now, report, heard);
    },
    unheard: (address) => failures.get(address)?.heard === false,
    targets(now) {
      if (role !== 'seeking') return [];
      const due = (address: string | null): address is string =>
        address !== null && !recently(address, now) && claims.countAt(address, now);
      const first = [told, carriedAt].filter(due);
      // Whoever has waited for a knock in vain may be one whom nobody can dial.
      const suspect = (address: string) => claims.suspectAt(address, now);
      const waited = now - since >= PATIENCE_MILLISECONDS || first.some(suspect);
      const others = successors(!waited)
        .map((laptop) => laptop.address)
        .filter(due);
      const unheard = (address: string) => Number(failures.get(address)?.heard === false);
      if (waited) others.sort((a, b) => unheard(a) - unheard(b));
      const next = others.slice(0, SENIORS_AT_A_TIME);
      const all = [...new Set([...first, ...next, ...hints.filter(due)])];
      return all.sort((a, b) => Number(suspect(a)) - Number(suspect(b)));
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
        .filter((address) => claims.countAt(address, now))
        .filter((address) => !isGone(address) && !(waited && answers.has(address)));
      return { answer: open.length === 0 && !claims.undecided(now) ? 'carry' : 'wait', open };
    },
    carry(now) {
      seen = { n: (seen?.n ?? 0) + 1, ...me };
      role = 'carrying';
      claims.carried(now);
      aware = new Set();
      return seen;
    },
    carryOn(now) {
      if (!seen || !isMe(seen)) return this.carry(now);
      role = 'carrying';
      return seen;
    },
    goAbove: (epoch) => goAbove(epoch, MAX_STEP_OF_NEWCOMER),
    noticed(epoch, address, now) {
      if (!claims.count(epoch.member, now)) return 'ignore';
      if (role === 'seeking') {
        // Known or not, the highest one seen is where to go; where this laptop was sent meanwhile may be wrong.
        const underWay = address === told && !failures.has(address);
        const lower = compareEpochs(epoch, seen) < 0 && (!seen || claims.count(seen.member, now));
        if (underWay && !lower && now - since >= LONG_WELCOME_MILLISECONDS) return 'check';
        if (lower || underWay) return 'ignore';
        if (address !== vain.address || vain.tries < VAIN_TRIES || !mayTakeOver()) return 'tell';
        note(epoch);
        return 'knock';
      }
      if (role === 'joined' && compareEpochs(epoch, seen) < 0) return 'knock';
      if (role === 'away' || !outranks(epoch, now)) return 'ignore';
      if (role === 'joined' && address === carriedAt) {
        note(epoch);
        return 'ignore';
      }
      return 'check';
    },
    compared(epoch, address, report, now) {
      weigh(report, address, now);
      if (role === 'seeking' || role === 'away') return 'ignore';
      if (report?.state === 'carrying' && report.epoch && outranks(report.epoch, now)) {
        return claimed(report.epoch, address, now);
      }
      if (report === null && role === 'joined') return 'knock';
      // Whoever can't be reached from here can't serve those who are.
      return report === null && goAbove(epoch, MAX_STEP_OF_NEWCOMER) ? 'above' : 'ignore';
    },
    answered(address, report, now, heard = true) {
      weigh(report, address, now);
      if (role === 'carrying') {
        if (!report?.epoch || !outranks(report.epoch, now)) return 'ignore';
        if (report.state === 'carrying') return claimed(report.epoch, address, now);
        if (report.state === 'joined' && report.carrier) hint([report.carrier]);
        return 'ignore';
      }
      if (role === 'joined' && address === carriedAt) doubt.asked(heard || report !== null, now);
      if (role === 'seeking' || report === null) failed(address, now, report ?? undefined, heard);
      const goes = report?.state === 'carrying' && address === told && !claims.suspectAt(address, now);
      return role === 'seeking' && goes ? 'retry' : 'ignore';
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
