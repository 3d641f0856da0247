import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';

import { launchPhien, type Phien } from './launch.ts';

/** Any request that no engine knows: its answer proves the way to the engine and back. */
const probe = (phien: Phien) => phien.page.evaluate(() => window.phien.request('no-such-request', {}));
const answered = { ok: false, error: { code: 'unknown-request' } };

test.describe('a started application', () => {
  let phien: Phien;
  test.beforeAll(async () => {
    phien = await launchPhien();
  });
  test.afterAll(() => phien.close());

  test('shows its window and reaches its engine', async () => {
    await expect(phien.page).toHaveTitle('Phiên');
    expect(await probe(phien)).toMatchObject(answered);
    const size = await phien.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getSize());
    expect(size).toEqual([1366, 768]);
  });

  test('tells the engine when the computer wakes', async () => {
    const log = () => readFile(path.join(phien.data, 'logs', 'phien.log'), 'utf8').catch(() => '');
    expect(await log()).not.toContain('the computer was asleep');
    await phien.app.evaluate(({ powerMonitor }) => powerMonitor.emit('resume'));
    await expect.poll(log).toContain('the computer was asleep');
    expect(await probe(phien)).toMatchObject(answered);
  });

  test('gives the page the bridge and nothing else', async () => {
    const seen = await phien.page.evaluate(() => ({
      bridge: Object.keys(window.phien).sort(),
      node: ['require', 'process', 'module', 'global'].filter((name) => name in globalThis),
      kind: window.phien.windowKind,
    }));
    expect(seen).toEqual({
      bridge: ['filePath', 'openDocument', 'request', 'subscribe', 'windowKind'],
      node: [],
      kind: 'main',
    });
  });

  test('lets the page reach no network, no file and no foreign script', async () => {
    const tried = await phien.page.evaluate(async () => {
      const fails = (work: () => Promise<unknown>) =>
        work().then(
          () => false,
          () => true,
        );
      const script = document.createElement('script');
      script.textContent = 'globalThis.injected = true';
      document.head.append(script);
      return {
        http: await fails(() => fetch('http://127.0.0.1:9/')),
        file: await fails(() => fetch('file:///etc/hostname')),
        // Later, since the tool that evaluates this may evaluate strings itself.
        evaluation: await fails(async () => {
          await new Promise((resolve) => setTimeout(resolve, 0));
          return new Function('return 1')();
        }),
        inlineScript: !('injected' in globalThis),
        socket: await new Promise<boolean>((resolve) => {
          try {
            const socket = new WebSocket('ws://127.0.0.1:9/');
            socket.onopen = () => resolve(false);
            socket.onerror = () => resolve(true);
          } catch {
            resolve(true);
          }
        }),
        outside: (await fetch('phien://app/..%2f..%2fpackage.json').catch(() => ({ status: 404 }))).status,
      };
    });
    expect(tried).toEqual({ http: true, file: true, evaluation: true, inlineScript: true, socket: true, outside: 404 });
  });

  test('lets styles through that carry the nonce of this page, and no others', async () => {
    const colours = await phien.page.evaluate(() => {
      const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
      const colourWith = (value: string) => {
        const style = document.createElement('style');
        style.setAttribute('nonce', value);
        style.textContent = '#nonce-probe { color: rgb(1, 2, 3); }';
        const element = document.createElement('p');
        element.id = 'nonce-probe';
        document.head.append(style);
        document.body.append(element);
        const { color } = getComputedStyle(element);
        style.remove();
        element.remove();
        return color;
      };
      return { nonce: nonce.length, right: colourWith(nonce), wrong: colourWith('guessed') };
    });
    expect(colours.nonce).toBeGreaterThanOrEqual(20);
    expect(colours.right).toBe('rgb(1, 2, 3)');
    expect(colours.wrong).not.toBe('rgb(1, 2, 3)');
  });

  test('serves papers by hash, whole and in ranges', async () => {
    const content = randomBytes(3_000_000);
    const hash = createHash('sha256').update(content).digest('hex');
    await mkdir(path.join(phien.data, 'papers'), { recursive: true });
    await writeFile(path.join(phien.data, 'papers', hash), content);
    await writeFile(path.join(phien.data, 'papers', 'secret'), 'not a paper');

    const get = (url: string, range?: string) =>
      phien.page.evaluate(
        async ([address, header]) => {
          const answer = await fetch(address as string, header ? { headers: { range: header } } : {});
          const digest = await crypto.subtle.digest('SHA-256', await answer.arrayBuffer());
          return {
            status: answer.status,
            range: answer.headers.get('content-range'),
            length: answer.headers.get('content-length'),
            sha256: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
          };
        },
        [url, range],
      );
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

    expect(await get(`phien://paper/${hash}`)).toMatchObject({ status: 200, length: '3000000', sha256: hash });
    expect(await get(`phien://paper/${hash}`, 'bytes=1000-1999999')).toEqual({
      status: 206,
      range: 'bytes 1000-1999999/3000000',
      length: '1999000',
      sha256: sha256(content.subarray(1000, 2_000_000)),
    });
    expect(await get(`phien://paper/${hash}`, 'bytes=-500')).toMatchObject({
      status: 206,
      sha256: sha256(content.subarray(-500)),
    });
    expect(await get(`phien://paper/${hash}`, 'bytes=3000000-')).toMatchObject({
      status: 416,
      range: 'bytes */3000000',
    });
    for (const name of [
      'secret',
      'a'.repeat(64),
      hash.toUpperCase(),
      `../papers/${hash}`,
      `${hash}/x`,
      '%2e%2e%2fpapers%2fsecret',
      '',
    ]) {
      const status = await get(`phien://paper/${name}`).then(
        ({ status }) => status,
        () => 404,
      );
      // The one spelling that resolves to the paper itself is the paper.
      if (!new URL(`phien://paper/${name}`).pathname.endsWith(`/${hash}`)) expect([name, status]).toEqual([name, 404]);
    }
  });

  test('knows where a chosen file lies, and answers dialogs through the desktop', async () => {
    const file = path.join(phien.data, 'Tờ trình.pdf');
    await writeFile(file, '%PDF-1.7');
    await phien.page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'path-probe';
      document.body.append(input);
    });
    await phien.page.setInputFiles('#path-probe', file);
    const found = await phien.page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('#path-probe');
      const chosen = window.phien.filePath(input?.files?.[0]);
      input?.remove();
      return chosen;
    });
    expect(found).toBe(file);

    const choose = (input: unknown) =>
      phien.page.evaluate((value) => window.phien.request('desktop.chooseFiles', value), input);
    await phien.answerOpenDialog(file);
    expect(await choose({ title: 'Chọn tài liệu', filterName: 'PDF', extensions: ['pdf'], several: true })).toEqual({
      ok: true,
      output: [file],
    });
    expect(await choose({ title: 1 })).toEqual({ ok: false, error: { code: 'bad-input' } });
    const unknown = await phien.page.evaluate(() => window.phien.request('desktop.constructor', {}));
    expect(unknown).toEqual({ ok: false, error: { code: 'unknown-request' } });
  });

  test('opens the room window beside it', async () => {
    const opening = phien.app.waitForEvent('window');
    await phien.page.evaluate(() => window.phien.request('desktop.openRoomWindow', { meeting: 'probe' }));
    const room = await opening;
    await room.waitForLoadState('load');
    expect(await room.evaluate(() => window.phien.windowKind)).toBe('room');
    expect(new URL(room.url()).searchParams.get('meeting')).toBe('probe');
    const closed = room.waitForEvent('close');
    await phien.page.evaluate(() => window.phien.request('desktop.closeRoomWindow', {}));
    await closed;
  });

  test('starts the engine again when it has died, and tells the window', async () => {
    await phien.page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      window.phien.subscribe('desktop.engine', (state) => seen.push((state as { state: string }).state));
    });
    await phien.app.evaluate(({ app }) => {
      const engine = app
        .getAppMetrics()
        .find((entry) => entry.name === 'phien-engine' || entry.serviceName === 'node.mojom.NodeService');
      if (!engine) throw new Error('there is no engine process');
      process.kill(engine.pid, 'SIGKILL');
    });
    const seen = () => phien.page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
    await expect.poll(seen).toEqual(expect.arrayContaining(['restarting', 'running']));
    expect(await probe(phien)).toMatchObject(answered);
  });

  // Last: a navigation that was refused keeps the test tool waiting in this window.
  test('goes nowhere and asks for nothing', async () => {
    const before = phien.page.url();
    const tried = await phien.page.evaluate(async () => {
      const opened = window.open('https://example.invalid/');
      location.href = 'https://example.invalid/';
      const notification = await Notification.requestPermission();
      return { opened: opened === null, notification };
    });
    expect(tried).toEqual({ opened: true, notification: 'denied' });
    expect(phien.page.url()).toBe(before);
    expect(phien.app.windows()).toHaveLength(1);
  });
});

test('a window that crashed comes back to the paper that was open; one that crashes on it again, to the first screen', async () => {
  const phien = await launchPhien();
  try {
    await phien.page.getByTestId('door-sample').click();
    await phien.page.locator('nav [data-testid^="paper-"]').first().click({ timeout: 30_000 });
    await expect(phien.page.getByTestId('page-1')).toHaveAttribute('data-drawn', 'true', { timeout: 30_000 });
    // A crashed page is lost to the test tool: the rest is asked through the application.
    const crash = () =>
      phien.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
      );
    const there = (selector: string) =>
      phien.app.evaluate(({ BrowserWindow }, wanted) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        if (!contents || contents.isCrashed() || contents.isLoading()) return false;
        // A page that dies over the question never answers it.
        return Promise.race([
          contents.executeJavaScript(`document.querySelector(${JSON.stringify(wanted)}) !== null`),
          new Promise((resolve) => setTimeout(() => resolve(false), 1000)),
        ]);
      }, selector);
    await crash();
    await expect.poll(() => there('[data-testid="page-1"][data-drawn="true"]'), { timeout: 30_000 }).toBe(true);
    await crash();
    await expect.poll(() => there('[data-testid="door-sample"]'), { timeout: 30_000 }).toBe(true);
  } finally {
    await phien.close();
  }
});

test('applications with their own data folders run side by side; a second one on the same folder gives way', async () => {
  const data = await mkdtemp(path.join(os.tmpdir(), 'phien-'));
  const first = await launchPhien({ data });
  const other = await launchPhien();
  try {
    expect(await probe(first)).toMatchObject(answered);
    expect(await probe(other)).toMatchObject(answered);
    await expect(launchPhien({ data })).rejects.toThrow();
    expect(await probe(first)).toMatchObject(answered);
  } finally {
    await first.close();
    await other.close();
    await rm(data, { recursive: true, force: true });
  }
});
