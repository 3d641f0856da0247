import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

  beforeEach(async () => {
    failed = 0;
    begun.length = 0;
    server = createServer((socket: Socket) => {
      begun.push({ destroyed: socket.destroyed });
      socket.on('error', () => undefined);
    });
    const few = { ...limits, strangersPerSecond: 5 };
    const logger = { info: () => undefined, warn: () => undefined };
    door = keepPlaces(server, { limits: few, logger, onFailed: () => void failed++ });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
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
});
