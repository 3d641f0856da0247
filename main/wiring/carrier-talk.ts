import type { MeetingId } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import type { Epoch } from '../../common/wire/carrier.ts';
import type { Succession } from '../../common/wire/succession-port.ts';
import type { Hub } from '../hub/serve-hub.ts';
import { askCarrier } from '../sync/carrier-question.ts';
import type { Credentials } from '../sync/dial.ts';

/** The silent one that carries the meeting has this long to say so: then it is known before the link counts as lost. */
const ASK_MILLISECONDS = 600;
/** Others: whoever has just taken the meeting over has everybody at its door. */
const ASK_OTHERS_MILLISECONDS = 1000;
/** Nobody is asked again for a moment. */
const ASK_AGAIN_MILLISECONDS = 300;
/** Laptops that are missing are told who carries the meeting, some at a time. */
const MISSING_MILLISECONDS = 2000;
const MISSING_FIRST_MILLISECONDS = 500;
const MISSING_AT_A_TIME = 4;
/** For those who are sent elsewhere, when whose laptop that is plays no part. */
export const ELSEWHERE = 'elsewhere';

/** What laptops ask and tell each other of who carries a meeting, besides their links. */
export interface CarrierTalk {
  /**
   * Asks the laptop there; with `notice`, tells it that this one carries the meeting. `signal`: it needn't be known any more.
   * `within`: milliseconds.
   */
  ask(address: string, notice: boolean, signal?: AbortSignal, within?: number): Promise<void>;
  /** Somebody says that they carry it with that epoch: asks back, since nobody is followed on their word alone. */
  compare(epoch: Epoch, address: string): Promise<void>;
  /** While this laptop carries the meeting: tells those who aren't with it. That heals a split. */
  tellMissing(on: boolean): void;
  close(): void;
}

export function talkAboutCarrying(options: {
  readonly meeting: MeetingId;
  readonly succession: Succession;
  readonly hub: Hub;
  readonly credentials: Credentials;
  readonly logger: LinkLogger;
  /** Where it may be carried, besides what the succession knows. */
  addresses(): readonly string[];
  /** The one at that address is to be followed; `device`: whose laptop that is. */
  onYield(address: string, device: string): void;
  /** The own epoch is another one. */
  onAbove(): void;
  /** Somebody can't join where this laptop is linked. */
  onKnock(): void;
  /** Whoever carries it was found at that address. */
  onRetry(address: string): void;
}): CarrierTalk {
  const { meeting, succession, hub, credentials, logger } = options;
  const asking = new Set<string>();
  /** Of its own: a question that this laptop asks there in vain, every two seconds, must not stand in its way. */
  const comparing = new Set<string>();
  let closed = false;
  let missing: NodeJS.Timeout | undefined;
  let turn = 0;

  async function ask(address: string, notice: boolean, signal?: AbortSignal, within?: number): Promise<void> {
    if (asking.has(address) || closed) return;
    asking.add(address);
    const epoch = succession.epoch();
    const answer = await askCarrier(address, meeting, credentials, {
      signal,
      within: within ?? (address === succession.carriedAt() ? ASK_MILLISECONDS : ASK_OTHERS_MILLISECONDS),
      ...(notice && epoch ? { notice: { epoch, port: hub.port } } : {}),
    });
    setTimeout(() => asking.delete(address), ASK_AGAIN_MILLISECONDS).unref();
    if (closed || signal?.aborted) return;
    const report = answer === 'unheard' ? null : answer;
    const to = succession.answered(address, report, performance.now(), answer !== 'unheard');
    if (to === 'yield') options.onYield(address, report?.epoch?.device ?? ELSEWHERE);
    if (to === 'above') {
      options.onAbove();
      setTimeout(() => void ask(address, true), 2 * ASK_AGAIN_MILLISECONDS).unref();
    }
    if (to === 'retry') options.onRetry(address);
  }

  async function compare(epoch: Epoch, address: string): Promise<void> {
    if (comparing.has(address) || closed) return;
    comparing.add(address);
    const answer = await askCarrier(address, meeting, credentials, { within: ASK_OTHERS_MILLISECONDS });
    comparing.delete(address);
    if (closed) return;
    const report = answer === 'unheard' ? null : answer;
    const to = succession.compared(epoch, address, report, performance.now());
    if (to === 'yield') options.onYield(address, report?.epoch?.device ?? ELSEWHERE);
    if (to === 'knock') options.onKnock();
    if (to !== 'above') return;
    options.onAbove();
    void ask(address, true);
  }

  async function tellSome(): Promise<void> {
    try {
      await tellNext();
    } catch (error) {
      logger.warn('laptops that are missing were not told', { error: String(error) });
    }
    // Whatever happened: nothing else heals a split.
    if (missing) missing = setTimeout(() => void tellSome(), MISSING_MILLISECONDS);
  }

  async function tellNext(): Promise<void> {
    succession.hint(options.addresses());
    const here = new Set([...hub.laptops(meeting).map((laptop) => laptop.address), ...hub.addresses()]);
    const known = new Set([...succession.placed().map((laptop) => laptop.address), ...succession.hints()]);
    const gone = [...known].filter((address) => !here.has(address));
    const some = gone.slice(turn, turn + MISSING_AT_A_TIME);
    turn = turn + MISSING_AT_A_TIME >= gone.length ? 0 : turn + MISSING_AT_A_TIME;
    await Promise.all(some.map((address) => ask(address, true)));
  }

  function tellMissing(on: boolean): void {
    clearTimeout(missing);
    missing = on ? setTimeout(() => void tellSome(), MISSING_FIRST_MILLISECONDS) : undefined;
  }

  return {
    ask,
    compare,
    tellMissing,
    close() {
      closed = true;
      tellMissing(false);
    },
  };
}
