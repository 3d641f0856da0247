import type { MemberId } from '../domain/ids.ts';
import type { Answer, CarrierReport, Epoch, KnownLaptop } from './carrier.ts';

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
  report(now: number): CarrierReport;

  /** Looks for whoever carries the meeting: a laptop starts, or its person comes back. */
  seek(now: number): void;
  /** The link to that member's laptop is up. `epoch` null: a laptop of before epochs. */
  joined(address: string, epoch: Epoch | null, by: MemberId, now: number): void;
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
  failed(address: string, now: number, report?: Answer, heard?: boolean): void;
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
  carry(now: number): Epoch;
  carryOn(now: number): Epoch;
  /** Somebody of this epoch comes to this laptop while it carries: it goes above it. True if it had to. */
  goAbove(epoch: Epoch): boolean;
  /**
   * Somebody says that they carry the meeting with that epoch. `tell`: join there; `check`: ask them first, and give the
   * answer to `compared`; `knock`: as if somebody had knocked, since they don't reach whoever carries it, or are not reached
   * from here, again and again, though they reach this laptop.
   */
  noticed(epoch: Epoch, address: string, now: number): 'ignore' | 'tell' | 'check' | 'knock';
  /**
   * What was asked because of a notice; null: not reached. `yield`: leave what there is for the one at that address; `knock`:
   * it doesn't reach whoever carries it, as if it had knocked.
   */
  compared(epoch: Epoch, address: string, report: Answer | null, now: number): 'yield' | 'above' | 'ignore' | 'knock';
  /** Another laptop was asked who carries it; null: not reached. `retry`: try again to join. */
  answered(
    address: string,
    report: Answer | null,
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
