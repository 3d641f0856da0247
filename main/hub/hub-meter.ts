/** What a hub counts of its work, for whoever watches it. Numbers only: nobody's name, no meeting, no content. */
export interface HubMeter {
  /** TLS connections that were admitted, refused (`admit`, too many), or never got through the handshake. */
  readonly connections: { accepted: number; refused: number; failed: number };
  /** WebSocket messages, whole ones, and their bytes before TLS. */
  readonly messages: { in: number; out: number };
  readonly bytes: { in: number; out: number };
  /** Entries that came from elsewhere and were stored. */
  entriesStored: number;
  /** Entries from elsewhere that were refused here, by reason (`EntryRefusal`). */
  readonly entriesRefused: Map<string, number>;
  /** WebSockets that this hub closed, by code. */
  readonly closes: Map<number, number>;
  /** Bytes of requests about papers, heads included. */
  readonly papers: { in: number; out: number };
  /** Meetings that this hub took over from another laptop. */
  takeovers: number;
  /** Whether the bus that relays share meetings over can be reached; absent without one. */
  busUp?: () => boolean;
  /** What is the case now; set by the hub that uses this meter. */
  now: () => HubGauges;
}

export interface HubGauges extends RoomGauges {
  readonly connections: number;
  readonly meetings: number;
}

/** Of one carried meeting. */
export interface RoomGauges {
  /** Links before and after their hello. */
  readonly links: { readonly opening: number; readonly ready: number };
  readonly documentSockets: number;
  /** Documents that somebody follows, counted once for each connection. */
  readonly documentsFollowed: number;
  /** Waiting to be taken by the network, of all connections together. */
  readonly bufferedBytes: number;
}

export const NO_GAUGES: HubGauges = {
  connections: 0,
  meetings: 0,
  links: { opening: 0, ready: 0 },
  documentSockets: 0,
  documentsFollowed: 0,
  bufferedBytes: 0,
};

export function gaugesOf(rooms: readonly RoomGauges[], connections: number, papers: number): HubGauges {
  const sum = (of: (room: RoomGauges) => number) => rooms.reduce((total, room) => total + of(room), 0);
  return {
    connections,
    meetings: rooms.length,
    links: { opening: sum(({ links }) => links.opening), ready: sum(({ links }) => links.ready) },
    documentSockets: sum((room) => room.documentSockets),
    documentsFollowed: sum((room) => room.documentsFollowed),
    bufferedBytes: papers + sum((room) => room.bufferedBytes),
  };
}

export const createHubMeter = (): HubMeter => ({
  connections: { accepted: 0, refused: 0, failed: 0 },
  messages: { in: 0, out: 0 },
  bytes: { in: 0, out: 0 },
  entriesStored: 0,
  entriesRefused: new Map(),
  closes: new Map(),
  papers: { in: 0, out: 0 },
  takeovers: 0,
  now: () => NO_GAUGES,
});

export function countOne<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
