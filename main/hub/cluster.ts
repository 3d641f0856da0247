import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { meetingIdSchema } from '../../common/acts/entry.ts';
import type { EntryBatch } from '../../common/collab/carried-meeting.ts';
import { asMeetingId, type MeetingId } from '../../common/domain/ids.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { createBusSeal } from './bus-seal.ts';
import type { Bus } from './bus.ts';
import { createClusterRoom, type ClusterRoom } from './cluster-room.ts';

/** The relays of one identity that stand behind one address and carry the same meetings. */
export interface Cluster {
  /** Joins what the relays say about this meeting. `acts` show that it is theirs (`entrust.ts`). */
  room(
    options: Omit<Parameters<typeof createClusterRoom>[0], 'bus' | 'seal' | 'relay'> & { acts(): EntryBatch },
  ): ClusterRoom;
  /** Calls `take` with each meeting that other relays carry, until it is carried here as well. */
  onMeeting(take: (meeting: MeetingId, acts: EntryBatch) => Promise<unknown>): void;
  close(): Promise<void>;
}

const listedMeetingSchema = z.object({
  meeting: meetingIdSchema.transform(asMeetingId),
  certificates: z.array(z.string().max(12_000)).max(1200),
  acts: z.array(z.string()).max(20_000),
});

/** A meeting that couldn't be taken in is tried again after this. */
const AGAIN_MILLISECONDS = 5000;

export function createCluster(options: {
  readonly bus: Bus;
  /** The private key that the relays share, PEM. */
  readonly secret: string;
  /** Which organisation's relays they are. */
  readonly organisation: string;
  readonly logger: LinkLogger;
}): Cluster {
  const { bus, logger } = options;
  const topic = `meetings ${options.organisation}`;
  const seal = createBusSeal(options.secret);
  const relay = randomBytes(12).toString('hex');
  const carried = new Map<MeetingId, () => EntryBatch>();
  const listed = new Set<MeetingId>();
  /** Listed by others and not carried here yet. */
  const untaken = new Map<MeetingId, EntryBatch>();
  let position = '';
  let take: Parameters<Cluster['onMeeting']>[0] | undefined;
  let closed = false;
  let working: Promise<void> = Promise.resolve();

  /** Takes in what others list, and lists what they may not know. One round after the other. */
  function settle(): void {
    working = working.then(round).catch((error: unknown) => {
      if (bus.up() && !closed) logger.warn('meetings of other relays not taken in', { error: String(error) });
    });
  }

  async function round(): Promise<void> {
    while (!closed) {
      const messages = await bus.readAfter(topic, position);
      for (const { position: at, message } of messages) {
        const found = read(message);
        if (found) {
          listed.add(found.meeting);
          untaken.set(found.meeting, found.acts);
        }
        position = at;
      }
      if (messages.length === 0) break;
    }
    for (const [meeting, acts] of untaken) {
      if (!carried.has(meeting) && !closed) await take?.(meeting, acts);
      if (carried.has(meeting)) untaken.delete(meeting);
    }
    for (const [meeting, acts] of carried) {
      if (listed.has(meeting) || closed) continue;
      const { entries, certificates } = acts();
      const message = {
        meeting,
        certificates: certificates.map((der) => Buffer.from(der).toString('base64')),
        acts: entries,
      };
      await bus.append(topic, seal.seal(topic, Buffer.from(JSON.stringify(message))));
      listed.add(meeting);
      bus.tell(topic, seal.seal(topic, new Uint8Array(0)));
    }
  }

  function read(sealed: Uint8Array): { meeting: MeetingId; acts: EntryBatch } | null {
    const plain = seal.open(topic, sealed);
    try {
      const { meeting, certificates, acts } = listedMeetingSchema.parse(
        JSON.parse(Buffer.from(plain ?? '').toString()),
      );
      return {
        meeting,
        acts: { entries: acts, certificates: certificates.map((text) => Buffer.from(text, 'base64')) },
      };
    } catch {
      logger.warn('unreadable message on the bus', { topic: 'meetings' });
      return null;
    }
  }

  const stopHearing = bus.listen(topic, (message) => {
    if (seal.open(topic, message)) settle();
  });
  const stopUp = bus.onUp(() => {
    // The bus may have come back empty.
    position = '';
    listed.clear();
    settle();
  });
  const again = setInterval(() => {
    if (bus.up()) settle();
  }, AGAIN_MILLISECONDS);

  return {
    room({ acts, ...room }) {
      carried.set(room.meeting.id, acts);
      if (bus.up()) settle();
      const made = createClusterRoom({ ...room, bus, seal, relay });
      return {
        ...made,
        close() {
          carried.delete(room.meeting.id);
          made.close();
        },
      };
    },
    onMeeting(asked) {
      take = asked;
      if (bus.up()) settle();
    },
    async close() {
      closed = true;
      clearInterval(again);
      stopHearing();
      stopUp();
      await working;
      await bus.close();
    },
  };
}
