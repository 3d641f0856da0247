import { Hocuspocus } from '@hocuspocus/server';
import { applyUpdate } from 'yjs';
import { answerAsServer } from './answer-as-server.mjs';

const states = new Map();
// Without extensions: no persistence, no checks. Documents stay when nobody has them open.
const hocuspocus = new Hocuspocus({
  quiet: true,
  unloadImmediately: false,
  async onLoadDocument({ documentName, document }) {
    const state = states.get(documentName);
    if (state) applyUpdate(document, state);
  },
});

// As its own server does it, on a plain `ws` in place of its wrapper.
answerAsServer({
  onConnection(socket) {
    const connection = hocuspocus.handleConnection(socket, new Request('http://127.0.0.1/'));
    socket.on('message', (data) => connection.handleMessage(new Uint8Array(data)));
    socket.on('close', (code, reason) => connection.handleClose({ code, reason: String(reason) }));
  },
  fill: ({ document, update }) => states.set(document, update),
});
