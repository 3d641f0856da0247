import type { FoundMeeting } from '../../common/contract/requests.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import type { FoundHost, Network } from './ports.ts';

/** A laptop that was found and did not answer is asked again after this. */
const LOOK_AGAIN_MILLISECONDS = 5000;

/** Asks each host that the network finds by itself what it carries. `onFound` gets the whole list each time. */
export function lookForMeetings(options: {
  readonly network: Pick<Network, 'onFound' | 'look'>;
  readonly isJoined: (meeting: MeetingId) => boolean;
  readonly onFound: (found: readonly FoundMeeting[]) => void;
}): { close(): void } {
  const { network } = options;
  let again: NodeJS.Timeout | undefined;
  let looked: readonly FoundHost[] = [];
  let closed = false;
  const stop = network.onFound((hosts) => void lookAt(hosts));

  async function lookAt(hosts: readonly FoundHost[]): Promise<void> {
    clearTimeout(again);
    looked = hosts;
    let missed = false;
    const looks = hosts.map(async ({ address }) => {
      try {
        const meetings = await network.look(address);
        return meetings.map((one): FoundMeeting => ({ ...one, address, joined: options.isJoined(one.meeting) }));
      } catch {
        missed = true;
        return [];
      }
    });
    const found = (await Promise.all(looks)).flat();
    if (closed) return;
    options.onFound(found);
    // The list comes again only when it differs.
    if (missed && looked === hosts) again = setTimeout(() => void lookAt(hosts), LOOK_AGAIN_MILLISECONDS);
  }

  return {
    close() {
      closed = true;
      stop();
      clearTimeout(again);
    },
  };
}
