import { createHash, randomBytes } from 'node:crypto';
import { connect as connectPlain, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectSecure, type ConnectionOptions } from 'node:tls';

/**
 * A WebSocket client of which hundreds run in one process without its being what is measured: all read into one buffer,
 * whole messages are looked at where they lie, and frames to send are made beforehand. Not for anything but loads.
 */
export interface LeanSocket {
  /** A frame of `frameOf`. */
  write(frame: Uint8Array): void;
  ping(): void;
  terminate(): void;
}

export interface LeanEars {
  onOpen(): void;
  /** `data` is valid until this returns. Of a binary message over `KEPT_BYTES` only the beginning. */
  onMessage(data: Buffer, binary: boolean): void;
  /** Once, also when the connection never opened. */
  onClose(reason: string): void;
}

export interface LeanTls {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** More than any message but a whole document, of which only the length counts. */
const KEPT_BYTES = 512 * 1024;
const FIRST_BYTES = 32 * 1024;
/** So much room is held on to between messages. */
const MOST_HELD_BYTES = 512 * 1024;
const MAX_ANSWER_BYTES = 16 * 1024;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const reading = Buffer.allocUnsafeSlow(64 * 1024);

export const frameOf = (data: Uint8Array, binary: boolean): Buffer => frame(binary ? BINARY : TEXT, data);

/** With a mask of zeros (RFC 6455, 5.3): the server has as much work with it as with any other. */
function frame(opcode: number, data: Uint8Array): Buffer {
  const length = data.byteLength;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const bytes = Buffer.alloc(2 + lengthBytes + 4 + length);
  bytes[0] = 0x80 | opcode;
  bytes[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) bytes.writeUInt16BE(length, 2);
  if (lengthBytes === 8) bytes.writeBigUInt64BE(BigInt(length), 2);
  bytes.set(data, 2 + lengthBytes + 4);
  return bytes;
}

export function connectLean(
  { port, path, tls }: { readonly port: number; readonly path: string; readonly tls: LeanTls | null },
  ears: LeanEars,
): LeanSocket {
  const key = randomBytes(16).toString('base64');
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const messages = createMessages(ears.onMessage, (opcode, data) => {
    if (opcode === PING) socket.write(frame(PONG, data));
    if (opcode === CLOSE) end(`closed ${data.length >= 2 ? data.readUInt16BE() : ''} ${data.toString('utf8', 2)}`);
  });
  let answer = Buffer.alloc(0);
  let open = false;
  let ended = false;

  function end(reason: string): void {
    if (ended) return;
    ended = true;
    socket.destroy();
    ears.onClose(reason);
  }

  function receive(bytes: Buffer): void {
    if (open) return messages(bytes);
    answer = Buffer.concat([answer, bytes]);
    const head = answer.indexOf('\r\n\r\n');
    if (head < 0) {
      if (answer.length > MAX_ANSWER_BYTES) end('not a WebSocket server');
      return;
    }
    const text = answer.toString('latin1', 0, head);
    if (!text.startsWith('HTTP/1.1 101 ') || !text.includes(accept)) return end(text.split('\r\n')[0] ?? '');
    open = true;
    ears.onOpen();
    messages(answer.subarray(head + 4));
  }

  const onread = {
    buffer: reading,
    callback(count: number): boolean {
      if (!ended) receive(reading.subarray(0, count));
      return true;
    },
  };
  const host = '127.0.0.1';
  // Certificates of people name no host.
  const checkServerIdentity = (): undefined => undefined;
  // The types of `tls` don't know `onread` yet.
  const secure: ConnectionOptions & Pick<NetConnectOpts, 'onread'> = {
    port,
    host,
    ...tls,
    minVersion: 'TLSv1.3',
    checkServerIdentity,
    onread,
  };
  const socket: Socket = tls ? connectSecure(secure) : connectPlain({ port, host, onread });
  socket.setNoDelay(true);
  socket.on(tls ? 'secureConnect' : 'connect', () => {
    socket.write(
      [
        `GET ${path} HTTP/1.1`,
        `Host: ${host}:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${key}`,
        '\r\n',
      ].join('\r\n'),
    );
  });
  socket.on('error', (error) => end(error.message));
  socket.on('close', () => end('cut off'));
  return {
    write: (bytes) => void socket.write(bytes),
    ping: () => void socket.write(frame(PING, new Uint8Array(0))),
    terminate() {
      ended = true;
      socket.destroy();
    },
  };
}

/** Cuts what a server sends into messages. A server doesn't mask; nothing is compressed. */
function createMessages(
  onMessage: LeanEars['onMessage'],
  onControl: (opcode: number, data: Buffer) => void,
): (bytes: Buffer) => void {
  /** The beginning of a frame of which there is too little yet. */
  let begun = Buffer.alloc(0);
  let opcode = 0;
  let fin = false;
  /** Of the frame that is being read; null between frames. */
  let left: number | null = null;
  /** A message that doesn't lie in one piece: its kind, and as much of it as is here. */
  let kind = 0;
  let gathered = Buffer.alloc(0);
  let length = 0;

  function gather(part: Buffer): void {
    const room = kind === BINARY ? Math.max(0, KEPT_BYTES - length) : Infinity;
    const kept = part.byteLength <= room ? part : part.subarray(0, room);
    if (length + kept.byteLength > gathered.byteLength) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * gathered.byteLength, length + kept.byteLength));
      gathered.copy(larger, 0, 0, length);
      gathered = larger;
    }
    kept.copy(gathered, length);
    length += kept.byteLength;
  }

  /** Returns how many bytes the header of a frame has, 0 when it isn't here yet. */
  function readHeader(bytes: Buffer): number {
    if (bytes.byteLength < 2) return 0;
    const short = (bytes[1] as number) & 0x7f;
    const size = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.byteLength < size) return 0;
    opcode = (bytes[0] as number) & 0x0f;
    fin = ((bytes[0] as number) & 0x80) !== 0;
    left = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    return size;
  }

  return (received) => {
    let bytes = begun.byteLength > 0 ? Buffer.concat([begun, received]) : received;
    begun = Buffer.alloc(0);
    for (;;) {
      if (left === null) {
        const size = readHeader(bytes);
        const isControl = opcode >= CLOSE;
        if (size === 0 || (isControl && bytes.byteLength < size + (left ?? 0))) {
          left = null;
          begun = Buffer.from(bytes);
          return;
        }
        bytes = bytes.subarray(size);
        if (opcode === TEXT || opcode === BINARY) kind = opcode;
        const whole = isControl || (fin && length === 0 && bytes.byteLength >= (left ?? 0));
        if (whole) {
          const data = bytes.subarray(0, left ?? 0);
          bytes = bytes.subarray(data.byteLength);
          left = null;
          if (isControl) onControl(opcode, data);
          else onMessage(data, kind === BINARY);
          continue;
        }
      }
      const part = bytes.subarray(0, left ?? 0);
      bytes = bytes.subarray(part.byteLength);
      left = (left ?? 0) - part.byteLength;
      gather(part);
      if (left > 0) return;
      left = null;
      if (!fin) continue;
      onMessage(gathered.subarray(0, length), kind === BINARY);
      length = 0;
      if (gathered.byteLength > MOST_HELD_BYTES) gathered = Buffer.alloc(0);
    }
  };
}
