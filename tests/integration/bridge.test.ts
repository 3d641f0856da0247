import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { Refusal, type EngineFrame, type FramePort, type WindowFrame } from '../../common/contract/port.ts';
import { serve, type EngineHandlers, type ServedDocument } from '../../main/engine-port.ts';
import { createBridgeClient, type BridgeClient } from '../../preload/bridge-client.ts';

/** Both ends of the bridge over a real message channel, as window and engine have it. */
const opened: MessagePort[] = [];
afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});

function framePort<Out>(port: MessagePort): FramePort<Out> {
  opened.push(port);
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close(),
  };
}

const echo: EngineHandlers = {
  async request(name, input) {
    await Promise.resolve();
    if (name === 'echo') return input;
    if (name === 'refuse') throw new Refusal('meeting-closed', { title: 'Phiên họp' });
    if (name === 'coded') throw Object.assign(new Error('own code'), { code: 'not-a-pdf' });
    if (name === 'node') throw Object.assign(new Error('ENOENT: /secret/path'), { code: 'ENOENT' });
    if (name === 'never') return new Promise(() => {});
    throw new Error('a defect');
  },
  openDocument(name, document) {
    if (name === 'absent') throw new Refusal('unknown-document');
    document.onMessage((bytes) => document.send(bytes.toReversed()));
  },
  subscribe: () => () => {},
  onDefect: () => {},
};

function connect(
  client: BridgeClient,
  handlers: Partial<EngineHandlers> = {},
): { unplug: () => void; raw: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  serve(framePort<EngineFrame>(port1), { window: 1, kind: 'main' }, { ...echo, ...handlers });
  client.connect(framePort<WindowFrame>(port2));
  return { unplug: () => port1.close(), raw: port2 };
}

describe('requests', () => {
  test('are answered each with its own output, in any number at once', async () => {
    const client = createBridgeClient();
    connect(client);
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => client.request('echo', { index })));
    expect(answers).toEqual(Array.from({ length: 200 }, (_, index) => ({ ok: true, output: { index } })));
  });

  test('that are refused come back with code and values; defects and system errors only as `internal`', async () => {
    const onDefect = vi.fn();
    const client = createBridgeClient();
    connect(client, { onDefect });
    expect(await client.request('refuse', {})).toEqual({
      ok: false,
      error: { code: 'meeting-closed', params: { title: 'Phiên họp' } },
    });
    expect(await client.request('coded', {})).toEqual({ ok: false, error: { code: 'not-a-pdf' } });
    expect(onDefect).not.toHaveBeenCalled();
    expect(await client.request('node', {})).toEqual({ ok: false, error: { code: 'internal' } });
    expect(await client.request('bug', {})).toEqual({ ok: false, error: { code: 'internal' } });
    expect(onDefect).toHaveBeenCalledTimes(2);
  });

  test('wait while there is no engine, and are sent once there is one', async () => {
    const client = createBridgeClient();
    const answer = client.request('echo', 1);
    connect(client);
    expect(await answer).toEqual({ ok: true, output: 1 });
  });

  test('that were under way when the engine ended are answered `engine-gone`, never sent twice', async () => {
    const request = vi.fn(echo.request);
    const client = createBridgeClient();
    const first = connect(client, { request });
    const answer = client.request('never', {});
    await vi.waitFor(() => expect(request).toHaveBeenCalledTimes(1));
    first.unplug();
    expect(await answer).toEqual({ ok: false, error: { code: 'engine-gone' } });
    connect(client, { request });
    expect(await client.request('echo', 2)).toEqual({ ok: true, output: 2 });
    expect(request.mock.calls.map(([name]) => name)).toEqual(['never', 'echo']);
  });

  test('do not wait for an engine that has failed for good', async () => {
    const client = createBridgeClient();
    const waiting = client.request('echo', 1);
    client.disconnect(true);
    expect(await waiting).toEqual({ ok: false, error: { code: 'engine-failed' } });
    expect(await client.request('echo', 1)).toEqual({ ok: false, error: { code: 'engine-failed' } });
    connect(client);
    expect(await client.request('echo', 3)).toEqual({ ok: true, output: 3 });
  });
});

describe('events', () => {
  test('reach every listener, end with it, and are taken up again after a restart', async () => {
    const emitters = new Set<(payload: unknown) => void>();
    const subscribe: EngineHandlers['subscribe'] = (_name, emit) => {
      emitters.add(emit);
      return () => emitters.delete(emit);
    };
    const client = createBridgeClient();
    const first = connect(client, { subscribe });
    const seen: unknown[] = [];
    const endA = client.subscribe('meetings.changed', (payload) => seen.push(['a', payload]));
    client.subscribe('meetings.changed', (payload) => seen.push(['b', payload]));
    await vi.waitFor(() => expect(emitters.size).toBe(1));
    for (const emit of emitters) emit(1);
    await vi.waitFor(() =>
      expect(seen).toEqual([
        ['a', 1],
        ['b', 1],
      ]),
    );
    endA();
    first.unplug();
    await vi.waitFor(() => expect(emitters.size).toBe(0));
    connect(client, { subscribe });
    await vi.waitFor(() => expect(emitters.size).toBe(1));
    for (const emit of emitters) emit(2);
    await vi.waitFor(() => expect(seen.slice(2)).toEqual([['b', 2]]));
  });
});

describe('documents', () => {
  test('carry bytes both ways in order, also those sent before there was an engine', async () => {
    const client = createBridgeClient();
    const got: number[][] = [];
    const channel = client.openDocument('plan', { onMessage: (bytes) => got.push([...bytes]), onClose: () => {} });
    channel.send(Uint8Array.of(1, 2));
    connect(client);
    channel.send(Uint8Array.of(3, 4));
    await vi.waitFor(() =>
      expect(got).toEqual([
        [2, 1],
        [4, 3],
      ]),
    );
  });

  test('tell once why they ended: refused, closed by the engine, or gone with it', async () => {
    const served: ServedDocument[] = [];
    const client = createBridgeClient();
    const first = connect(client, {
      openDocument: (name, document) => {
        if (name === 'absent') throw new Refusal('unknown-document');
        served.push(document);
      },
    });
    const codes: string[] = [];
    const open = (name: string) =>
      client.openDocument(name, { onMessage: () => {}, onClose: (code) => codes.push(`${name} ${code}`) });
    open('absent');
    open('floor');
    open('minutes');
    await vi.waitFor(() => expect(served).toHaveLength(2));
    served[0]?.close('not-allowed');
    await vi.waitFor(() => expect(codes).toEqual(['absent unknown-document', 'floor not-allowed']));
    first.unplug();
    await vi.waitFor(() => expect(codes.slice(2)).toEqual(['minutes engine-gone']));
  });

  test('tell the engine when the window closes them or goes away', async () => {
    const ended: string[] = [];
    const client = createBridgeClient();
    const { raw } = connect(client, { openDocument: (name, document) => document.onClose(() => ended.push(name)) });
    const listeners = { onMessage: () => {}, onClose: () => {} };
    client.openDocument('plan', listeners).close();
    client.openDocument('floor', listeners);
    await vi.waitFor(() => expect(ended).toEqual(['plan']));
    raw.close();
    await vi.waitFor(() => expect(ended).toEqual(['plan', 'floor']));
  });
});

test('an engine survives whatever a window sends', async () => {
  const onDefect = vi.fn();
  const client = createBridgeClient();
  const { raw } = connect(client, { onDefect });
  const nonsense: unknown[] = [
    null,
    1,
    'req',
    [],
    {},
    { t: 'req' },
    { t: 'req', id: -1, name: 'echo' },
    { t: 'req', id: 1, name: 'x'.repeat(1000), input: {} },
    { t: 'doc', channel: 1, data: 'text' },
    { t: 'doc', channel: 1, data: { length: 3 } },
    { t: 'doc-open', channel: 1.5, name: 'plan' },
    { t: 'doc-open', channel: 1, name: 'plan', extra: true },
    { t: 'constructor', __proto__: { id: 1 } },
  ];
  for (const frame of nonsense) raw.postMessage(frame);
  // Well-formed, but about channels that are not open.
  raw.postMessage({ t: 'doc', channel: 99, data: new Uint8Array(1) });
  raw.postMessage({ t: 'doc-close', channel: 99 });
  expect(await client.request('echo', 'still here')).toEqual({ ok: true, output: 'still here' });
  expect(onDefect).toHaveBeenCalledTimes(nonsense.length);
});
