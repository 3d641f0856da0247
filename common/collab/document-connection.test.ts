import { expect, it } from 'vitest';
import { Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { asMemberId } from '../domain/ids.ts';
import type { OpenDocument } from './carried-meeting.ts';
import { createDocumentClients } from './document-clients.ts';
import { serveDocument } from './document-connection.ts';
import { shapeOf } from './document-shapes.ts';
import { judgeLive } from './write-check.ts';

const MEMBER = asMemberId('00000000-0000-4000-8000-000000000001');
const opened = (doc: Y.Doc, awareness: Awareness) => {
  const clients = createDocumentClients();
  const judge: OpenDocument['judge'] = (author, update) => judgeLive(update, shapeOf('plan'), author, doc, clients);
  return { doc, awareness, judge };
};

it('a change is encoded once for all connections, and not sent to where it came from', () => {
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  const inboxes: Uint8Array[][] = [[], [], []];
  const connections = inboxes.map((inbox) =>
    serveDocument(opened(doc, awareness), {
      member: MEMBER,
      send: (message) => inbox.push(message),
      mayWrite: true,
      mayBeAware: true,
    }),
  );
  for (const inbox of inboxes) inbox.length = 0;
  doc.getMap('meta').set('b', 1);
  awareness.setLocalState({ pen: 1 });
  for (const inbox of inboxes) {
    expect(inbox).toHaveLength(2);
    expect(inbox[0]).toBe(inboxes[0]![0]);
    expect(inbox[1]).toBe(inboxes[0]![1]);
  }
  const other = new Y.Doc();
  const apart = connections.map((_, index) => inboxes[index]![0]!);
  const into = serveDocument(opened(other, new Awareness(other)), {
    member: MEMBER,
    send: () => undefined,
    mayWrite: true,
    mayBeAware: false,
  });
  expect(into.receive(apart[2]!)).toBe(true);
  expect(other.getMap('meta').toJSON()).toEqual({ b: 1 });

  for (const inbox of inboxes) inbox.length = 0;
  const foreign = new Y.Doc();
  foreign.getMap('items').set('d', 2);
  const update = Y.encodeStateAsUpdate(foreign);
  expect(connections[0]!.receive(Uint8Array.of(0, 2, update.byteLength, ...update))).toBe(true);
  expect(inboxes.map((inbox) => inbox.length)).toEqual([0, 1, 1]);
  expect(inboxes[1]![0]).toBe(inboxes[2]![0]);
  for (const connection of connections) connection.close();
  removeAwarenessStates(awareness, [awareness.clientID], 'end');
  awareness.destroy();
});

it('[AWARE-5] who is silenced is seen by nobody, and when heard again forgotten with the connection', () => {
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  let may = true;
  const connection = serveDocument(opened(doc, awareness), {
    member: MEMBER,
    send: () => undefined,
    mayWrite: true,
    get mayBeAware() {
      return may;
    },
  });
  const peer = new Awareness(new Y.Doc());
  const say = (page: number): void => {
    peer.setLocalState({ page });
    const update = encodeAwarenessUpdate(peer, [peer.clientID]);
    expect(connection.receive(Uint8Array.of(1, update.byteLength, ...update))).toBe(true);
  };
  const heard = () => awareness.getStates().get(peer.clientID);
  say(1);
  expect(heard()).toEqual({ page: 1 });
  may = false;
  connection.silence();
  expect(heard()).toBeUndefined();
  say(2);
  expect(heard()).toBeUndefined();
  may = true;
  say(3);
  expect(heard()).toEqual({ page: 3 });
  connection.close();
  expect(heard()).toBeUndefined();
  for (const one of [awareness, peer]) one.destroy();
});
