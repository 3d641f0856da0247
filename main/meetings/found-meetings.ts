import type { FoundMeeting } from '../../common/contract/requests.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import type { FoundHost, Network } from './ports.ts';

/** A laptop that was found and did not answer is asked again after this. */
const LOOK_AGAIN_MILLISECONDS = 5000;
/**
 * Anybody on the network may say that laptops are anywhere, as often as they like: from one round of looking to the next,
 * and laptops that are looked at at a time.
 */
const ROUND_MILLISECONDS = 500;
const AT_ONCE = 16;

/** Asks each host that the network finds by itself what it carries. `onFound` gets the whole list each time. */
export function lookForMeetings(options: {
  readonly network: Pick<Network, 'onFound' | 'look'>;
  readonly isJoined: (meeting: MeetingId) => boolean;
  readonly onFound: (found: readonly FoundMeeting[]) => void;
}): { close(): void } {
  const { network } = options;
  /** By address; null: did not answer. */
  const answers = new Map<string, Awaited<ReturnType<Network['look']>> | null>();
  const underWay = new Set<string>();
  const due = new Set<string>();
  let hosts: readonly FoundHost[] = [];
  let round: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  let earliest = 0;
  let told = '[]';
  let closed = false;

  const stop = network.onFound((found) => {
    hosts = found;
    for (const address of answers.keys()) if (!isThere(address)) answers.delete(address);
    for (const address of due) if (!isThere(address)) due.delete(address);
    tell();
    begin(earliest);
  });

  const isThere = (address: string): boolean => hosts.some((host) => host.address === address);

  function begin(at: number): void {
    if (closed || (round && round.at <= at)) return;
    clearTimeout(round?.timer);
    round = { at, timer: setTimeout(look, Math.max(0, at - performance.now())) };
  }

  function look(): void {
    round = undefined;
    earliest = performance.now() + ROUND_MILLISECONDS;
    for (const { address } of hosts) due.add(address);
    more();
  }

  function more(): void {
    for (const address of due) {
      if (underWay.size >= AT_ONCE || closed) return;
      if (underWay.has(address)) continue;
      due.delete(address);
      underWay.add(address);
      void lookAt(address);
    }
  }

  async function lookAt(address: string): Promise<void> {
    const answer = await network.look(address).catch(() => null);
    underWay.delete(address);
    if (closed) return;
    if (isThere(address)) answers.set(address, answer);
    more();
    const done = underWay.size === 0 && due.size === 0;
    tell(done);
    // The list of hosts comes again only when it differs.
    if (done && [...answers.values()].includes(null)) begin(performance.now() + LOOK_AGAIN_MILLISECONDS);
  }

  /** Also what was told before, when all have been looked at: who carries a meeting as well tries to reach the other again. */
  function tell(again = false): void {
    const found = hosts.flatMap(({ address }) =>
      (answers.get(address) ?? []).map((one) => ({ ...one, address, joined: options.isJoined(one.meeting) })),
    );
    const now = JSON.stringify(found);
    if (now === told && !again) return;
    told = now;
    options.onFound(found);
  }

  return {
    close() {
      closed = true;
      stop();
      clearTimeout(round?.timer);
    },
  };
}
