import type { MemberId } from '../domain/ids.ts';
import type { Answer } from './carrier.ts';
import { again, isRepeated, type Repeated } from './repeated.ts';

/**
 * Whose word to carry the meeting counts for nothing for a while: main/hub/SPEC.md, TAKE-12. That somebody lets this laptop
 * down shows little, since over a poor line an honest one does so as well; what others say of them decides. All times
 * are milliseconds of one clock that never goes back.
 */
export interface Claims {
  /** What this laptop has is left for them, who say that they carry the meeting. */
  follow(member: MemberId, address: string): void;
  /** Linked to them; as shown by the connection. */
  joined(member: MemberId, address: string, now: number): void;
  /** That link is down, and perhaps they said who follows; left, so that it shows nothing; or this laptop carries the meeting. */
  lost(now: number, sentOn: boolean): void;
  left(): void;
  carried(now: number): void;
  /** Who has served this laptop for a while and does still. */
  served(now: number): MemberId | undefined;
  /** That laptop answered. `turnedAway`: to this one, which wanted to join there. */
  heard(answer: Answer, address: string, now: number, turnedAway: boolean): void;
  /** What they say of carrying the meeting counts. */
  count(member: MemberId, now: number): boolean;
  /** The same of who was found at that address. */
  countAt(address: string, now: number): boolean;
  /** Others are to be asked before this laptop goes there again. */
  suspectAt(address: string, now: number): boolean;
  /** Somebody's word counts no more since a moment ago: others may yet speak for them. */
  undecided(now: number): boolean;
}

/** What speaks against somebody. */
type Sign = keyof typeof SIGNS;

/** Who has served a laptop for so long serves. */
const SERVED_MILLISECONDS = 5000;
/**
 * So often, over so long, each within so long of the one before. By `line`: a line can bring it about alone, so it shows
 * nothing where one is between. Sites that join and leave by such a line are sent on as well, though not so often.
 */
const SIGNS = {
  'let-down': { times: 6, over: 2000, within: 10_000, line: true },
  'sent-on': { times: 5, over: 2000, within: 4000, line: true },
  'turned-away': { times: 3, over: 2000, within: 60_000, line: false },
  'kept-waiting': { times: 3, over: 20_000, within: 60_000, line: false },
  // Though others let this laptop in meanwhile.
  'kept-apart': { times: 3, over: 15_000, within: 60_000, line: true },
} as const;
const TURNED_AWAY: readonly Sign[] = ['turned-away'];
const KEPT: readonly Sign[] = ['kept-waiting', 'kept-apart'];
/** What others said holds so long. */
const FRESH_MILLISECONDS = 10_000;
const UNDECIDED_MILLISECONDS = 2000;
/** Their word counts for nothing for so long; each time more it is twice as long. */
const FIRST_MILLISECONDS = 20_000;
const LONGEST_MILLISECONDS = 120_000;
const FORGOTTEN_MILLISECONDS = 600_000;
const MAX_ADDRESSES = 64;

interface Claimant {
  readonly address: string;
  readonly signs: Readonly<Partial<Record<Sign, Repeated>>>;
  /** How often their word has ceased to count, and from when until when it does the last time. */
  readonly times: number;
  readonly began: number;
  readonly until: number;
}

/** What somebody said last: who serves it, for a while, and with whom it is. */
interface Other {
  readonly address: string;
  readonly served: MemberId | null;
  readonly with: MemberId | null;
  readonly at: number;
}

export function createClaims(options: {
  /** Whether an address lies in this laptop's own network segment, so that no line is between. */
  near(address: string): boolean;
  /** Others are to be asked first from now on. */
  readonly onSuspect?: (() => void) | undefined;
  /** What that member says counts for nothing for so many milliseconds. */
  readonly onDoubt?: ((member: MemberId, milliseconds: number) => void) | undefined;
}): Claims {
  const { near } = options;
  const claimants = new Map<MemberId, Claimant>();
  /** Who was found where. */
  const found = new Map<string, MemberId>();
  const others = new Map<MemberId, Other>();
  let host: { readonly member: MemberId; readonly address: string; readonly since: number } | undefined;
  /** Who is followed and has not let this laptop in yet. */
  let followed: { readonly member: MemberId; readonly address: string } | undefined;

  const isDoubted = (member: MemberId, now: number) => now < (claimants.get(member)?.until ?? 0);
  const signsOf = (one: Claimant, now: number): Sign[] =>
    (Object.keys(SIGNS) as Sign[]).filter((what) => {
      const { times, over, within, line } = SIGNS[what];
      const repeated = one.signs[what];
      if (!repeated || (line && !near(one.address))) return false;
      return now - repeated.last < Math.max(within, FRESH_MILLISECONDS) && isRepeated(repeated, times, over);
    });

  function sign(what: Sign, member: MemberId, address: string, now: number): void {
    for (const [other, { until }] of claimants) if (now - until > FORGOTTEN_MILLISECONDS) claimants.delete(other);
    find(member, address);
    if (isDoubted(member, now) || spokenFor(member, now)) return;
    const one = claimants.get(member) ?? { address, signs: {}, times: 0, began: -Infinity, until: now };
    const before = signsOf(one, now).length;
    claimants.set(member, {
      ...one,
      address,
      signs: { ...one.signs, [what]: again(one.signs[what], now, SIGNS[what].within) },
    });
    if (before === 0 && signsOf(claimants.get(member) as Claimant, now).length > 0) options.onSuspect?.();
    decide(member, now);
  }

  function find(member: MemberId, address: string): void {
    found.delete(address);
    found.set(address, member);
    const [oldest] = found.keys();
    if (found.size > MAX_ADDRESSES && oldest !== undefined) found.delete(oldest);
  }

  const lately = (now: number) => [...others].filter(([, { at }]) => now - at < FRESH_MILLISECONDS);
  const spokenFor = (member: MemberId, now: number) =>
    lately(now).some(([other, { served }]) => other !== member && served === member);

  /** Nobody is doubted before somebody else has said that they are not served by them either. */
  function decide(member: MemberId, now: number): void {
    const one = claimants.get(member);
    if (!one || isDoubted(member, now)) return;
    if (
      signsOf(one, now).length === 0 ||
      !lately(now).some(([other, about]) => other !== member && about.with !== member)
    )
      return;
    const wait = Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** one.times);
    claimants.set(member, { ...one, times: one.times + 1, began: now, until: now + wait });
    options.onDoubt?.(member, wait);
  }

  /** `by`: who serves now. */
  function waitsForNobody(by: MemberId | undefined, now: number): void {
    if (followed && followed.member !== by) sign('let-down', followed.member, followed.address, now);
    followed = undefined;
    for (const [member, one] of claimants) {
      const { 'kept-waiting': _, 'kept-apart': apart, ...signs } = one.signs;
      claimants.set(member, { ...one, signs: member === by || !apart ? signs : { ...signs, 'kept-apart': apart } });
    }
  }

  return {
    follow: (member, address) => void (followed = { member, address }),
    joined(member, address, now) {
      find(member, address);
      others.set(member, { address, served: null, with: null, at: now });
      waitsForNobody(member, now);
      host = { member, address, since: now };
    },
    lost(now, sentOn) {
      const left = host;
      host = undefined;
      if (!left) return;
      if (now - left.since >= SERVED_MILLISECONDS) claimants.delete(left.member);
      else sign(sentOn ? 'sent-on' : 'let-down', left.member, left.address, now);
    },
    left: () => void (host = undefined),
    carried(now) {
      host = undefined;
      waitsForNobody(undefined, now);
    },
    served: (now) => (host && now - host.since >= SERVED_MILLISECONDS ? host.member : undefined),
    heard({ by, state, epoch, served = null }, address, now, turnedAway) {
      if (by === undefined) return;
      for (const [other, { at }] of others) if (now - at >= FRESH_MILLISECONDS) others.delete(other);
      others.set(by, { address, served, with: state === 'joined' ? (epoch?.member ?? null) : null, at: now });
      if (state === 'carrying') {
        for (const what of turnedAway ? TURNED_AWAY : KEPT) sign(what, by, address, now);
      }
      if (served !== null && served !== by) return void claimants.delete(served);
      for (const member of claimants.keys()) decide(member, now);
    },
    count: (member, now) => !isDoubted(member, now),
    countAt(address, now) {
      const member = found.get(address);
      return member === undefined || !isDoubted(member, now);
    },
    suspectAt(address, now) {
      const one = claimants.get(found.get(address) as MemberId);
      return one !== undefined && signsOf(one, now).length > 0;
    },
    undecided: (now) =>
      [...claimants.values()].some(({ began, until }) => now < until && now - began < UNDECIDED_MILLISECONDS),
  };
}
