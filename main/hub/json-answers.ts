import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { endWithUnreadBody } from './unread-body.ts';

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  endWithUnreadBody(response);
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.byteLength });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

const REASONS = { 403: 'Forbidden', 404: 'Not Found', 409: 'Conflict' } as const;

/** Instead of a WebSocket; the connection ends with it. */
export function refuseUpgrade(socket: Duplex, status: keyof typeof REASONS, answer: unknown): void {
  const body = JSON.stringify(answer);
  const name = REASONS[status];
  socket.end(
    `HTTP/1.1 ${status} ${name}\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
