import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import { createEntrustRoute } from './entrust-route.ts';

const AN = asMemberId('00000000-0000-4000-8000-000000000001');
const BINH = asMemberId('00000000-0000-4000-8000-000000000002');
const MEETING = 'a'.repeat(26);
const BODY = JSON.stringify({ certificates: [], acts: ['x'] });
let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function relay(): Promise<(from: MemberId, body: string) => Promise<number>> {
  const silent = () => undefined;
  const entrust = createEntrustRoute({
    take: () => Promise.resolve('carried'),
    logger: { info: silent, warn: silent },
  });
  server = createServer((asked, response) => {
    const from = asMemberId(String(asked.headers['from']));
    void entrust({ request: asked, response, from }, MEETING).then(({ status }) => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return (from, body) =>
    new Promise((resolve) => {
      const headers = { from, 'content-length': BODY.length };
      const sent = request({ host: '127.0.0.1', port, method: 'PUT', headers, agent: false });
      sent.on('response', (response) => resolve(response.resume().statusCode ?? 0));
      sent.on('error', () => resolve(0));
      sent.write(body);
      if (body.length === BODY.length) sent.end();
    });
}

it('[RELAY-1] who shows acts that never end keeps nobody else from giving it a meeting', async () => {
  const put = await relay();
  const endless = [put(AN, BODY.slice(0, 5)), put(AN, BODY.slice(0, 5)), put(AN, BODY.slice(0, 5))];
  // One is read, the others are answered.
  expect(await Promise.race(endless)).toBe(503);
  expect(await put(BINH, BODY)).toBe(200);
});
