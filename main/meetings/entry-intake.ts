import type { Entry, EntryRefusal } from '../../common/acts/entry.ts';
import type { EntryBatch, ReceivedEntries } from '../../common/collab/carried-meeting.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { streamKey } from '../../common/wire/acknowledged.ts';
import { createShortTurns } from '../../common/wire/short-turns.ts';
import type { Log } from './ports.ts';

/** `store-first`: can only be judged once what was checked before it is stored. */
export type Checked = Entry | EntryRefusal | 'known' | 'store-first';

/**
 * Takes what others bring into the log: checked in short turns, stored together, told of, and answered when it is on the
 * disk. One group of batches after the other.
 */
export interface EntryIntake {
  /**
   * Resolves when the batch is on the disk, rejects when it can't be stored. While the disk takes nothing it waits.
   * `yielding`: nobody waits for it, so it makes room for live ink, unless something comes that does not.
   */
  receive(batch: EntryBatch, from: MemberId, yielding?: boolean): Promise<ReceivedEntries>;
  /** What waits is given up. */
  close(): void;
}

/** A batch that somebody brought, and what has become of it. */
interface Arrival {
  readonly batch: EntryBatch;
  readonly from: MemberId;
  readonly accepted: Entry[];
  readonly refused: { index: number; reason: EntryRefusal }[];
  resolve(result: ReceivedEntries): void;
  reject(error: unknown): void;
}

/** How soon what a full disk did not take is tried again. */
const STORE_AGAIN_MILLISECONDS = 1000;
/**
 * What yields is begun so much later: the ink that came with it is on its way to everybody by then, and so are the last
 * points of those who lift their pens at about that time.
 */
const YIELD_MILLISECONDS = 80;
/** Between one turn and the next of what yields; a turn is some half a millisecond. */
const REST_MILLISECONDS = 2;
/** A group that yields has rested as long as this at the most, however many came. */
const LONGEST_RESTS_MILLISECONDS = 400;

export function createEntryIntake(options: {
  /** `waiting`: checked entries that are not stored yet, the last of each stream. */
  check(jws: string, from: MemberId, waiting: ReadonlyMap<string, Entry>): Checked;
  /** From now on further entries are judged by this one too. */
  takeIntoAccount(entry: Entry): void;
  /** What was taken into account and not stored does not count any more. Must not throw. */
  forgetUnstored(): void;
  addCertificate(certificate: Uint8Array): void;
  /** In the database when it returns, on the disk when the promise resolves. */
  append(entries: readonly Entry[]): Promise<void>;
  /** Everything that is known, also what failed to be there before. */
  onDisk(): Promise<void>;
  /** They are in the database. */
  stored(entries: readonly Entry[], from: MemberId): void;
  readonly meeting: MeetingId;
  readonly log: Log;
}): EntryIntake {
  const { meeting, log } = options;
  let arrived: Arrival[] = [];
  let next: NodeJS.Immediate | NodeJS.Timeout | undefined;
  /** Begins what yields. */
  let later: NodeJS.Timeout | undefined;
  let taking = false;
  let closed = false;
  /** What is being taken, or waits to be, makes room for others; ends a rest that is under way. */
  let yielding = true;
  let wake: (() => void) | undefined;

  /**
   * Checks and stores as much as the disk takes; what was stored before is passed over. All that came at a time goes into
   * one transaction, whoever brought it: each costs the disk a flush. In between others get their turn: who draws must
   * not wait for the signatures of a hundred others.
   */
  async function take(arrivals: readonly Arrival[], written: (onDisk: Promise<void>) => void): Promise<void> {
    let waiting: { readonly entry: Entry; readonly arrival: Arrival }[] = [];
    const lasts = new Map<string, Entry>();
    const count = arrivals.reduce((sum, { batch }) => sum + batch.entries.length, 0);
    const rest = Math.min(REST_MILLISECONDS, LONGEST_RESTS_MILLISECONDS / count);
    const checking = createShortTurns(
      () => others(rest),
      () => performance.now(),
    );
    const telling = createShortTurns(
      () => others(0),
      () => performance.now(),
    );
    const endTurn = async (turns: () => Promise<void>): Promise<void> => {
      await turns();
      if (closed) throw new MeetingClosed();
    };
    const flush = async (): Promise<void> => {
      if (waiting.length === 0) return;
      const flushed = waiting;
      waiting = [];
      lasts.clear();
      written(options.append(flushed.map(({ entry }) => entry)));
      for (let at = 0; at < flushed.length;) {
        const { arrival } = flushed[at] as (typeof flushed)[number];
        const end = flushed.findIndex((one, index) => index > at && one.arrival !== arrival);
        const entries = flushed.slice(at, end < 0 ? undefined : end).map(({ entry }) => entry);
        arrival.accepted.push(...entries);
        at += entries.length;
        try {
          options.stored(entries, arrival.from);
        } catch (error) {
          // They are stored: whoever listens must hear of what others brought all the same.
          log.error('stored entries could not be told of', { meeting, from: arrival.from }, error);
        }
        await endTurn(telling);
      }
    };
    for (const arrival of arrivals) {
      const { batch, from, refused } = arrival;
      for (const certificate of batch.certificates) {
        await endTurn(checking);
        options.addCertificate(certificate);
      }
      refused.length = 0;
      for (const [index, jws] of batch.entries.entries()) {
        await endTurn(checking);
        let result = options.check(jws, from, lasts);
        if (result === 'store-first' || (result === 'not-allowed' && waiting.length > 0)) {
          // What it depends on (an earlier entry, the act that gives the right) may have come along with it.
          await flush();
          result = options.check(jws, from, lasts);
        }
        if (result === 'known' || result === 'store-first') continue;
        if (typeof result === 'string') {
          refused.push({ index, reason: result });
          if (result !== 'gap') log.warn('entry refused', { meeting, from, reason: result });
          continue;
        }
        options.takeIntoAccount(result);
        waiting.push({ entry: result, arrival });
        lasts.set(streamKey(result.payload), result);
      }
    }
    await flush();
  }

  /** Lets others have their turn; timers count whole milliseconds. */
  function others(rest: number): Promise<void> {
    return new Promise((resolve) => {
      if (!yielding || rest < 1) return void setImmediate(resolve);
      const timer = setTimeout(resolve, rest);
      wake = () => {
        clearTimeout(timer);
        setImmediate(resolve);
      };
    });
  }

  /** Something came that somebody waits for. */
  function hurry(): void {
    yielding = false;
    wake?.();
    wake = undefined;
  }

  /** What came since the last time. */
  async function takeArrived(): Promise<void> {
    clearTimeout(later);
    next = later = undefined;
    const arrivals = arrived;
    arrived = [];
    taking = true;
    await takeOrWait(arrivals);
    taking = false;
    if (arrived.length === 0) yielding = true;
    if (arrived.length > 0) next ??= setImmediate(start);
  }

  /** While something is being taken, what came follows it anyway. */
  function start(): void {
    next = undefined;
    if (!taking) void takeArrived();
  }

  async function takeOrWait(arrivals: readonly Arrival[]): Promise<void> {
    const writes: Promise<void>[] = [];
    const written = (onDisk: Promise<void>): void => {
      writes.push(onDisk);
      // Who brought the entries is told below if it failed, and nobody else.
      onDisk.catch(() => undefined);
    };
    try {
      if (closed) throw new MeetingClosed();
      await take(arrivals, written);
      // What is known already is answered no sooner than what made it known is on the disk.
      if (writes.length === 0) written(options.onDisk());
      // The next ones are not kept waiting for the disk; who brought these is.
      void answerOnDisk(arrivals, Promise.all(writes));
    } catch (error) {
      if (!closed) options.forgetUnstored();
      if (!closed && isDiskTrouble(error)) {
        // A full disk: unacknowledged they wait here, and whoever sent them knows that they are not elsewhere yet.
        arrived = [...arrivals, ...arrived];
        next ??= setTimeout(start, STORE_AGAIN_MILLISECONDS);
      } else if (arrivals.length > 1 && !closed) {
        // What one of them brought must not cost the others theirs.
        for (const [index, arrival] of arrivals.entries()) {
          await takeOrWait([arrival]);
          if (arrived[0] !== arrival) continue;
          // It waits for the disk, and those after it may go on where it ends.
          arrived = [...arrivals.slice(index), ...arrived.slice(1)];
          break;
        }
      } else for (const { reject } of arrivals) reject(error);
    }
  }

  /** While the disk does not take what was written, it is tried again: unacknowledged it counts as not being here. */
  async function answerOnDisk(arrivals: readonly Arrival[], written: Promise<unknown>): Promise<void> {
    try {
      await written;
      for (const { resolve, accepted, refused } of arrivals) resolve({ accepted, refused });
    } catch (error) {
      if (!closed && isDiskTrouble(error)) {
        await new Promise((resolve) => setTimeout(resolve, STORE_AGAIN_MILLISECONDS));
        if (!closed) return await answerOnDisk(arrivals, options.onDisk());
      }
      for (const { reject } of arrivals) reject(closed ? new MeetingClosed() : error);
    }
  }

  return {
    receive: (batch, from, yields = false) =>
      new Promise((resolve, reject) => {
        arrived.push({ batch, from, accepted: [], refused: [], resolve, reject });
        if (!yields) hurry();
        if (taking || next) return;
        // At the end of this turn, with what else comes in it.
        if (!yielding) next = setImmediate(start);
        else later ??= setTimeout(start, YIELD_MILLISECONDS);
      }),
    close() {
      closed = true;
      hurry();
    },
  };
}

class MeetingClosed extends Error {
  constructor() {
    super('the meeting is closed');
  }
}

/** The disk takes nothing just now; anything else is a defect. */
function isDiskTrouble(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'disk-full' || code === 'store-unwritable';
}
