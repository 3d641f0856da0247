import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from './connection-limits.ts';
import { keepPlaces, type Door } from './door.ts';

/** Connects, says something and resets, `count` times; then sets the flag. */
const VISITORS = `
const { connect } = require('node:net');
const { workerData } = require('node:worker_threads');
const { port, count, flag } = workerData;
let left = count;
for (let n = 0; n < count; n++) {
  const socket = connect(port, '127.0.0.1', () => socket.write('hello', () => socket.resetAndDestroy()));
  socket.on('error', () => undefined).on('close', () => {
    if (--left > 0) return;
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  });
}
`;

describe('the door of the hub', () => {
  let server: Server;
  let door: Door;
  let failed: number;
  const begun: { readonly destroyed: boolean }[] = [];
  const port = () => (server.address() as AddressInfo).port;

  async function open(strangersPerSecond: number): Promise<void> {
    failed = 0;
    begun.length = 0;
    server = createServer((socket: Socket) => {
      begun.push({ destroyed: socket.destroyed });
      socket.on('error', () => undefined);
    });
    const logger = { info: () => undefined, warn: () => undefined };
    door = keepPlaces(server, { limits: { ...limits, strangersPerSecond }, logger, onFailed: () => void failed++ });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  afterEach(async () => {
    door.cut();
    const closed = once(server, 'close');
    server.close();
    await closed;
  });

  // Elsewhere the system lets those go itself.
  it.runIf(process.platform === 'linux')(
    '[CONN-7] begins nothing for who has gone before being accepted, and keeps nobody waiting for it',
    async () => {
      await open(5);
      const count = 100;
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const visitors = new Worker(VISITORS, { eval: true, workerData: { port: port(), count, flag } });
      await once(visitors, 'online');
      // Nothing is accepted meanwhile, as where much is to be done.
      expect(Atomics.wait(flag, 0, 0, 10_000)).not.toBe('timed-out');
      const client = connect(port(), '127.0.0.1');
      client.write('hello');
      await expect.poll(() => begun.length, { timeout: 5000 }).toBeGreaterThan(0);
      await expect.poll(() => failed, { timeout: 5000 }).toBe(count);
      expect(begun).toEqual([{ destroyed: false }]);
      client.destroy();
      await visitors.terminate();
    },
  );

  it('[CONN-7] keeps only so much of what somebody says who waits', async () => {
    // Nobody's turn comes.
    await open(0.01);
    const client = connect(port(), '127.0.0.1').on('error', () => undefined);
    client.write(Buffer.alloc(limits.firstBytes + 1));
    await expect.poll(() => client.destroyed, { timeout: 5000 }).toBe(true);
    expect([failed, begun.length]).toEqual([1, 0]);
  });
});
