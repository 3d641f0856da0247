import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineFrame, FramePort, WindowFrame } from '../../common/contract/port.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { serve } from '../../main/engine-port.ts';
import { createBridgeClient, type BridgeClient } from '../../preload/bridge-client.ts';
import { laptopRoom, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { watchForCrashes } from './attacked-room.ts';

// A window that somebody else's code runs in: it has the port and knows every request. And files made to harm.
let room: LaptopRoom;
let laptop: TestLaptop;
let stranger: TestLaptop;
let client: BridgeClient;
let raw: MessagePort;
let meeting: MeetingId;
let defects = 0;
const watch = watchForCrashes();

function framePort<Out>(port: MessagePort): FramePort<Out> {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close(),
  };
}

beforeAll(async () => {
  room = laptopRoom();
  laptop = await room.addSecretary();
  stranger = await room.add('Chưa Cài Đặt');
  const details = { title: 'Phiên', kind: '', start: '2026-11-23T08:00:00+07:00', place: '' };
  ({ meeting } = await laptop.request('meetings.create', details));
  const { port1, port2 } = new MessageChannel();
  raw = port2;
  client = createBridgeClient();
  serve(
    framePort<EngineFrame>(port1),
    { window: 1, kind: 'main' },
    {
      request: (name, input) => laptop.engine.request(name as 'app.status', input),
      openDocument(name, document) {
        const connection = laptop.engine.openDocument(name, (message) => document.send(message));
        document.onMessage((bytes) => {
          if (connection.receive(bytes)) return;
          connection.close();
          document.close('document-refused');
        });
        document.onClose(() => connection.close());
      },
      subscribe: (name, emit) => laptop.engine.subscribe(name, emit),
      onDefect: () => void defects++,
    },
  );
  client.connect(framePort<WindowFrame>(port2));
}, 60_000);

afterAll(async () => {
  raw?.close();
  await room?.close();
  watch.stop();
});

const codeOf = async (name: string, input: unknown, of: Pick<BridgeClient, 'request'> = client) => {
  const answer = await of.request(name, input);
  return answer.ok ? 'ok' : answer.error.code;
};

test('requests that there are not, and inputs out of form, are answered with a code', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'app.status ', 'APP.STATUS', 'x'.repeat(300)])
    expect([name, await codeOf(name, {})]).toEqual([name, 'unknown-request']);
  const inputs: unknown[] = [
    null,
    1,
    'x',
    [],
    { extra: 1 },
    { meeting: '../x' },
    { meeting: { length: 26 } },
    new Map(),
  ];
  for (const input of inputs) expect(await codeOf('meetings.state', input)).toBe('bad-input');
  const unknown = 'a'.repeat(26);
  expect(await codeOf('meetings.state', { meeting: unknown })).toBe('unknown-meeting');
  expect(await codeOf('meetings.act', { meeting, kind: 'minutes-sealed', body: {} })).toBe('act.not-allowed');
  expect(await codeOf('meetings.act', { meeting, kind: 'roster-changed', body: {} })).toBe('act.not-allowed');
  expect(await codeOf('meetings.act', { meeting, kind: '__proto__', body: {} })).toBe('bad-input');
  // No request gives back what must stay here.
  const told = JSON.stringify([
    await client.request('app.status', {}),
    await client.request('people.list', {}),
    await client.request('diagnostics.report', {}),
    await client.request('meetings.state', { meeting }),
  ]);
  expect(told).not.toMatch(/PRIVATE KEY|keyVault|authorityArchive|284619|mat-khau/);
});

test('documents with tricks in their names do not open; frames that are none are refused', async () => {
  const names = ['plan', '/plan', `${meeting}/`, `${meeting}/../plan`, `${meeting}/private/../../x`, '__proto__/plan'];
  for (const name of [...names, `${meeting}/private/notes/..`, `${meeting}/ink/x/y`, `${'a'.repeat(26)}/plan`]) {
    const code = await new Promise<string>((resolve) =>
      client.openDocument(name, { onMessage: () => undefined, onClose: resolve }),
    );
    expect([name, code]).toEqual([name, expect.stringMatching(/^unknown-(document|meeting)$/)]);
  }
  const closed = new Promise<string>((resolve) => {
    const channel = client.openDocument(`${meeting}/plan`, { onMessage: () => undefined, onClose: resolve });
    channel.send(Uint8Array.of(0, 2, 255, 255, 255, 255, 15));
  });
  expect(await closed).toBe('document-refused');
  const before = defects;
  for (let channel = 100_000; channel < 106_000; channel++)
    raw.postMessage({ t: 'doc-open', channel, name: `${meeting}/plan` });
  raw.postMessage({ t: 'doc', channel: 1e9, data: new Uint8Array(10) });
  expect(await codeOf('app.status', {})).toBe('ok');
  for (let channel = 100_000; channel < 106_000; channel++) raw.postMessage({ t: 'doc-close', channel });
  expect(await codeOf('app.status', {})).toBe('ok');
  expect(defects).toBe(before);
});

test('paths that are no files are answered at once', async () => {
  const folder = join(laptop.dataDir, 'thu-muc');
  await mkdir(folder);
  const pipe = join(laptop.dataDir, 'ong.phien-invite');
  execFileSync('mkfifo', [pipe]);
  const paths = [folder, pipe, join(folder, 'khong-co'), '/dev/zero', '/proc/self/mem', 'x\0y', '.'];
  const other: Pick<BridgeClient, 'request'> = {
    request: (name, input) =>
      stranger.engine.request(name as 'app.status', input).then(
        (output) => ({ ok: true, output }),
        (error: { code?: string }) => ({ ok: false, error: { code: error.code ?? 'threw' } }),
      ),
  };
  for (const path of paths) {
    const invitation = { via: { kind: 'file', path }, name: 'A', pin: '123456' };
    const codes = [
      await codeOf('verify.file', { path }),
      await codeOf('verify.file', { path: join(import.meta.dirname, 'window.test.ts'), trust: path }),
      await codeOf('package.open', { path }),
      await codeOf('enrolment.begin', invitation, other),
    ];
    // Special files of size 0 read as empty ones.
    for (const code of codes) expect([path, code]).toEqual([path, expect.stringMatching(/^(?!internal|threw)/)]);
    expect(codes.slice(2)).not.toContain('ok');
  }
  const added = await laptop.request('papers.add', { meeting, item: 'muc', paths }).catch((error: unknown) => error);
  if (Array.isArray(added)) for (const one of added) expect(one).toMatchObject({ result: 'refused' });
}, 20_000);

test('nothing but the kind of file that is saved is ever written', async () => {
  const invitation = await laptop.request('people.invite', { name: 'Người Mới', position: '' });
  const id = invitation.invitation;
  const victim = join(laptop.dataDir, 'quan-trong.txt');
  await writeFile(victim, 'giữ lại');
  for (const path of ['tuong-doi.phien-invite', '../x', 'x\0.phien-invite'])
    expect(await codeOf('people.saveInvitation', { invitation: id, path })).toBe('bad-input');
  expect(await codeOf('people.saveInvitation', { invitation: id, path: victim })).toBe('ok');
  expect(await readFile(victim, 'utf8')).toBe('giữ lại');
  expect(await readFile(`${victim}.phien-invite`, 'utf8')).toContain('phien-invite');
  const nowhere = join(laptop.dataDir, 'khong/co/day');
  expect(await codeOf('people.saveInvitation', { invitation: id, path: nowhere })).toBe('cannot-write-file');
});

test('invitations and packages made to harm are refused with a code', async () => {
  const deep = '['.repeat(100_000);
  const contents = ['', 'null', deep, '{"format":"phien-invite"}', `{"format":"phien-invite","a":${deep}`, '\ufeff{}'];
  for (const [index, content] of contents.entries()) {
    const path = join(stranger.dataDir, `${index}.phien-invite`);
    await writeFile(path, content);
    const via = { kind: 'file' as const, path };
    await expect(stranger.request('enrolment.begin', { via, name: 'A', pin: '123456' })).rejects.toMatchObject({
      code: expect.stringMatching(/^[a-z-]+$/),
    });
  }
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(100, 1)]);
  const end = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18, 0xff)]);
  for (const [index, content] of [Buffer.alloc(0), zip, Buffer.concat([zip, end]), end].entries()) {
    const path = join(stranger.dataDir, `${index}.phien`);
    await writeFile(path, content);
    await expect(stranger.request('package.open', { path })).rejects.toMatchObject({
      code: expect.stringMatching(/^[a-z-]+$/),
    });
  }
  expect((await stranger.request('app.status', {})).stage).toBe('new');
});
