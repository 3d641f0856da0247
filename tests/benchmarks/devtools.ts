import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { pause } from './rows.ts';

const listed = z.array(z.object({ type: z.string(), webSocketDebuggerUrl: z.string() }));
const answered = z.object({ result: z.object({ result: z.object({ value: z.number() }) }) });

/** Where a Chromium that was started with `--remote-debugging-port=0` listens, as it says itself on stderr. */
export function debuggingPort(stderr: Readable): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    stderr.on('data', (bytes) => {
      text += String(bytes);
      const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    stderr.once('end', () => reject(new Error(`the application ended before it could be watched: ${text}`)));
  });
}

/** Evaluates a promise for a number in the first window as soon as there is one; again when the page was replaced. */
export async function evaluateInWindow(port: number, expression: string): Promise<number> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    const address = await firstPageAddress(port);
    const value = address && (await evaluateOnce(address, expression));
    if (value) return value;
    await pause(2);
  }
  throw new Error('the window did not come within a minute');
}

async function firstPageAddress(port: number): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
  if (!response) return undefined;
  return listed.parse(await response.json()).find(({ type }) => type === 'page')?.webSocketDebuggerUrl;
}

async function evaluateOnce(address: string, expression: string): Promise<number | undefined> {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  try {
    await once(socket, 'open');
    const params = { expression, awaitPromise: true, returnByValue: true };
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
    const [message] = (await once(socket, 'message')) as [Buffer];
    const parsed = answered.safeParse(JSON.parse(message.toString('utf8')));
    return parsed.success ? parsed.data.result.result.value : undefined;
  } catch {
    return undefined;
  } finally {
    socket.terminate();
  }
}
