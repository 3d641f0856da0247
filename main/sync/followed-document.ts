import * as encoding from 'lib0/encoding';
import { encodeAwarenessUpdate, type Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import type { OpenDocument } from '../../common/collab/carried-meeting.ts';
import { shownMessage } from '../../common/collab/document-connection.ts';
import { virtualSocketClass, type VirtualSocket } from './virtual-socket.ts';

/** A document that is kept in step with the carrying laptop, live, while the link is up. */
export interface FollowedDocument {
  /** The carrying laptop's state has arrived since the link came up. */
  synced(): boolean;
  linkUp(): void;
  linkDown(): void;
  received(message: Uint8Array): void;
  /** Keeps y-websocket from taking a quiet room for a dead one; at least every 30 s. */
  keepQuiet(): void;
  close(): void;
}

const AWARENESS = 1;
/** An awareness message about nobody. */
const QUIET = Uint8Array.of(AWARENESS, 1, 0);

export function followDocument(options: {
  readonly name: string;
  readonly opened: OpenDocument;
  isUp(): boolean;
  send(message: Uint8Array): void;
  mayWrite(): boolean;
}): FollowedDocument {
  const { name, opened } = options;
  const { awareness } = opened;
  const sockets = new Set<VirtualSocket>();
  const remote = new Set<number>();

  // Registered before the provider's own listener, so that it knows whose state the provider is about to send.
  function onAwareness(change: { added: number[]; updated: number[]; removed: number[] }, origin: unknown): void {
    for (const client of [...change.added, ...change.updated]) {
      if (origin === provider) remote.add(client);
      else remote.delete(client);
    }
  }
  awareness.on('update', onAwareness);
  // The same for changes. It answers no questions for what this laptop has: the log does that.
  let own = false;
  const onChange = (_: Uint8Array, origin: unknown): void => void (own = !opened.isFromLog(origin));
  const onTold = (): void => void (own = false);
  opened.doc.on('update', onChange);

  const provider = new WebsocketProvider('link:', name, opened.doc, {
    awareness,
    disableBc: true,
    connect: false,
    maxBackoffTime: 100,
    WebSocketPolyfill: virtualSocketClass({
      isUp: options.isUp,
      send: options.send,
      mayWrite: options.mayWrite,
      isOwn: () => own,
      isLocal: (client) => !remote.has(client),
      attach: (socket) => sockets.add(socket),
      detach: (socket) => sockets.delete(socket),
    }),
  });
  opened.doc.on('update', onTold);
  // One listener per document on `process`, to say goodbye on a socket that closes anyway.
  process.off('exit', (provider as unknown as { _exitHandler: () => void })._exitHandler);
  provider.on('status', ({ status }) => {
    if (status !== 'connected') return;
    // The carrying laptop forgot this client when the link broke and ignores a state that isn't newer.
    if (awareness.getLocalState() !== null) awareness.setLocalState(awareness.getLocalState());
    // The provider tells of its own client only; the windows of this laptop are clients too.
    const windows = [...awareness.getStates().keys()].filter((id) => id !== awareness.clientID && !remote.has(id));
    if (windows.length > 0) options.send(awarenessMessage(awareness, windows));
    // The carrying laptop may never have seen it, and may have entries that build on it.
    if (options.mayWrite()) for (const update of opened.shown()) options.send(shownMessage(update));
  });
  provider.connect();

  return {
    synced: () => provider.synced,
    linkUp() {
      // After a 44xx of the last connection the provider waits for this.
      provider.connect();
      for (const socket of [...sockets]) socket.opened();
    },
    linkDown() {
      for (const socket of [...sockets]) socket.lost(1006, '');
    },
    received(message) {
      if (message.byteLength === 0) for (const socket of [...sockets]) socket.lost(4429, 'closed by the host');
      else for (const socket of [...sockets]) socket.received(message);
    },
    keepQuiet() {
      for (const socket of sockets) socket.received(QUIET);
    },
    close() {
      provider.destroy();
      awareness.off('update', onAwareness);
      opened.doc.off('update', onChange);
      opened.doc.off('update', onTold);
      opened.release();
    },
  };
}

function awarenessMessage(awareness: Awareness, clients: number[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AWARENESS);
  encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, clients));
  return encoding.toUint8Array(encoder);
}
