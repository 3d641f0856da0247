import type { ServerResponse } from 'node:http';

/**
 * To be called before answering. A body that was not read ends its connection: what follows there can't be told from the
 * next request.
 */
export function endWithUnreadBody(response: ServerResponse): void {
  const { complete, headers } = response.req;
  const body = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  if (body && !complete) response.shouldKeepAlive = false;
}
