import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Bus } from '../../main/hub/bus.ts';
import { openRedisBus } from '../../main/hub/redis-bus.ts';
import { until } from '../fixtures/laptops.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function opened(url: string): { readonly bus: Bus; readonly lines: string[] } {
  const lines: string[] = [];
  const say = (level: string) => (event: string, fields?: object) =>
    void lines.push(`${level} ${event} ${JSON.stringify(fields)}`);
  const bus = openRedisBus({ url, logger: { info: say('info'), warn: say('warn') } });
  ends.push(() => bus.close());
  return { bus, lines };
}

/** Answers every command as a Redis with another password does. */
async function redisOfAnotherPassword(): Promise<{ readonly port: number; asked(): number }> {
  let asked = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      asked += 1;
      const commands = data.toString().match(/\*\d/g)?.length ?? 1;
      socket.write('-WRONGPASS invalid username-password pair or user is disabled.\r\n'.repeat(commands));
    });
    ends.push(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, asked: () => asked };
}

test('[RELAY-6] a bus with another password is told of once, without the password, however often it is tried', async () => {
  const redis = await redisOfAnotherPassword();
  const { bus, lines } = opened(`redis://:mat-khau-sai@127.0.0.1:${redis.port}`);
  await until(() => redis.asked() > 6);
  expect(bus.up()).toBe(false);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('warn bus not reached');
  expect(lines[0]).toContain(`127.0.0.1:${redis.port}`);
  expect(lines[0]).toContain('WRONGPASS');
  expect(lines[0]).not.toContain('mat-khau-sai');
});

test('[RELAY-6] so is an address where nobody answers', async () => {
  const { lines } = opened('redis://:mat-khau@127.0.0.1:1');
  await until(() => lines.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^warn bus not reached.*ECONNREFUSED/);
  expect(lines[0]).not.toContain('mat-khau');
});
