import type { MemberId } from '../../common/domain/ids.ts';
import type { Succession } from '../../common/wire/succession-port.ts';
import type { Standing } from '../hub/serve-hub.ts';
import type { CarrierTalk } from './carrier-talk.ts';

/** A knock is answered within this. */
const KNOCK_MILLISECONDS = 1500;
const LOOK_AGAIN_MILLISECONDS = 20;
/** Whether the host can be dialled, asked while its link works: on a long way, too, it must have time to answer. */
const DOUBT_MILLISECONDS = 3000;

/**
 * What happens at the door of a laptop that does not carry the meeting, or doesn't yet: others that lost their host knock,
 * and whoever carries it tells of it.
 */
export function keepDoor(options: {
  readonly succession: Succession;
  readonly talk: Pick<CarrierTalk, 'ask' | 'compare'>;
  /** Milliseconds since the last byte of the host. */
  silentFor(): number;
  closed(): boolean;
  /** False while this laptop first looks whether somebody else carries it. */
  mayTakeOver(): boolean;
  /** May fail; the succession then says so. */
  takeOver(why: string): void;
  /** Whoever carries it was found at that address. */
  onTold(address: string): void;
}): Pick<Standing, 'notice'> & { knock(by?: MemberId): Promise<boolean> } {
  const { succession, talk } = options;
  let deciding: Promise<boolean> | undefined;

  async function decide(): Promise<boolean> {
    const until = performance.now() + KNOCK_MILLISECONDS;
    for (;;) {
      if (options.closed()) return false;
      if (succession.role() === 'carrying') return true;
      const now = performance.now();
      const { answer, open } = succession.knocked(now, options.silentFor());
      if (answer === 'no') {
        for (const address of open) void talk.ask(address, false, undefined, DOUBT_MILLISECONDS);
        return false;
      }
      if (answer === 'carry' && options.mayTakeOver()) {
        options.takeOver('nobody else does');
        return succession.role() === 'carrying';
      }
      if (now > until) return false;
      for (const address of open) void talk.ask(address, false);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLISECONDS));
    }
  }

  function knock(by?: MemberId): Promise<boolean> {
    if (by) succession.came(by, performance.now());
    deciding ??= decide().finally(() => (deciding = undefined));
    return deciding;
  }

  return {
    knock,
    notice(epoch, address) {
      if (options.closed()) return;
      const to = succession.noticed(epoch, address, performance.now());
      if (to === 'knock') void knock();
      if (to === 'check') void talk.compare(epoch, address);
      if (to !== 'tell') return;
      succession.tell(address);
      options.onTold(address);
    },
  };
}
