import { applyUpdate } from 'yjs';
import { getYDoc, setupWSConnection } from '@y/websocket-server/utils';
import { answerAsServer } from './answer-as-server.mjs';

// y-websocket's own server, as its README sets it up: no persistence, no checks.
answerAsServer({
  onConnection: (socket, request) => setupWSConnection(socket, request),
  fill: ({ document, update }) => applyUpdate(getYDoc(document), update),
});
