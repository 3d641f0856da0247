import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

const SYNC = 0;
const AWARENESS = 1;
const SYNC_STEP_1 = 0;

/** One document's share of the link, as the virtual sockets of its provider see it. */
export interface DocumentChannel {
  /** False while the link is down: a new virtual socket waits. */
  isUp(): boolean;
  send(message: Uint8Array): void;
  /** Whether this member may write the document: what may not be written is not sent. */
  mayWrite(): boolean;
  /** Whether the provider tells of something that was written on this laptop. */
  isOwn(): boolean;
  /** Whether that awareness client lives on this laptop. */
  isLocal(client: number): boolean;
  attach(socket: VirtualSocket): void;
  detach(socket: VirtualSocket): void;
}

/** What the link tells a virtual socket. */
export interface VirtualSocket {
  opened(): void;
  received(message: Uint8Array): void;
  lost(code: number, reason: string): void;
}

/**
 * A WebSocket class for y-websocket's `WebSocketPolyfill`: each instance is one document on the one real socket. It opens
 * when the link is up, so the provider never polls.
 */
export function virtualSocketClass(channel: DocumentChannel): typeof WebSocket {
  class DocumentSocket implements VirtualSocket {
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSING = 2;
    readonly CLOSED = 3;
    readyState = 0;
    binaryType = 'arraybuffer';
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: Uint8Array }) => void) | null = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;
    onerror: ((event: unknown) => void) | null = null;

    constructor() {
      channel.attach(this);
      // The provider sets its handlers after this returns.
      if (channel.isUp()) queueMicrotask(() => this.opened());
    }

    send(data: Uint8Array): void {
      if (this.readyState !== this.OPEN) return;
      const message = outgoing(data, channel);
      if (message !== null) channel.send(message);
    }

    close(): void {
      if (this.readyState === this.CLOSED) return;
      if (this.readyState === this.OPEN) channel.send(new Uint8Array(0));
      this.readyState = this.CLOSED;
      channel.detach(this);
    }

    opened(): void {
      if (this.readyState !== this.CONNECTING || !channel.isUp()) return;
      this.readyState = this.OPEN;
      this.onopen?.();
    }

    received(message: Uint8Array): void {
      if (this.readyState === this.OPEN) this.onmessage?.({ data: message });
    }

    lost(code: number, reason: string): void {
      if (this.readyState === this.CLOSED) return;
      this.readyState = this.CLOSED;
      channel.detach(this);
      this.onclose?.({ code, reason });
    }
  }
  return DocumentSocket as unknown as typeof WebSocket;
}

/**
 * What of a provider's message goes out. The provider sends back what this laptop applied from the log, and awareness it
 * heard of others: the first breaks the rule of who may write (a member's laptop would be cut off for relaying the
 * plan), the second is noise.
 */
function outgoing(message: Uint8Array, channel: DocumentChannel): Uint8Array | null {
  if (message[0] === SYNC) {
    return message[1] === SYNC_STEP_1 || (channel.isOwn() && channel.mayWrite()) ? message : null;
  }
  if (message[0] !== AWARENESS) return message;
  const decoder = decoding.createDecoder(message);
  decoding.readVarUint(decoder);
  const update = decoding.createDecoder(decoding.readVarUint8Array(decoder));
  const kept = encoding.createEncoder();
  let count = 0;
  for (let left = decoding.readVarUint(update); left > 0; left--) {
    const client = decoding.readVarUint(update);
    const clock = decoding.readVarUint(update);
    const state = decoding.readVarString(update);
    if (!channel.isLocal(client)) continue;
    encoding.writeVarUint(kept, client);
    encoding.writeVarUint(kept, clock);
    encoding.writeVarString(kept, state);
    count++;
  }
  if (count === 0) return null;
  const body = encoding.createEncoder();
  encoding.writeVarUint(body, count);
  encoding.writeUint8Array(body, encoding.toUint8Array(kept));
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AWARENESS);
  encoding.writeVarUint8Array(encoder, encoding.toUint8Array(body));
  return encoding.toUint8Array(encoder);
}
