import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { electronCommand } from '../../scripts/launch-electron.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { debuggingPort, evaluateInWindow } from './devtools.ts';
import { enrolledOrganisation, layDataFolder, type EnrolledPerson } from './enrolled-people.ts';
import { clock, measured, pause, type Benchmark } from './rows.ts';

const RUNS = 11;

export const coldStart: Benchmark = {
  name: 'cold-start',
  takes: '1 minute',
  async run({ folder, say }) {
    say('enrolling a person and making an application that shows nothing');
    const organisation = await enrolledOrganisation(1);
    const data = join(folder, 'data');
    await layDataFolder(data, organisation, organisation.people[0] as EnrolledPerson);
    const blank = join(folder, 'blank');
    await writeBlankApplication(blank);

    const ours: number[] = [];
    const floor: number[] = [];
    for (let run = 0; run <= RUNS; run++) {
      const started = await start([root, '--data', data], '[data-testid="unlock-pin"]');
      const bare = await start([blank], 'input');
      // The first time fills the disk's cache for both.
      if (run === 0) continue;
      ours.push(started);
      floor.push(bare);
    }
    return [
      measured({
        name: 'cold-start',
        unit: 'ms',
        samples: ours,
        against: 'the same Electron with one window that shows a static page with a field',
        otherSamples: floor,
        what:
          "From the start of the process (files in the system's cache, nothing running) to the frame in which the field " +
          'for the PIN is visible and has the focus; for the other, the field of its static page.',
      }),
    ];
  },
};

/** Milliseconds from before the process is made until `field` is on the screen and takes what is typed. */
async function start(args: readonly string[], field: string): Promise<number> {
  const { executable, switches, env } = await electronCommand();
  const from = clock();
  const child = spawn(executable, [...switches, '--remote-debugging-port=0', ...args], {
    env: { ...env, PHIEN_DISCOVERY: 'loopback' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const port = await debuggingPort(child.stderr);
    return (await evaluateInWindow(port, usable(field))) - from;
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
    // The children of a browser leave a little after it.
    await pause(500);
  }
}

/** Resolves, in the page, with the time of the frame in which the field can be used. */
const usable = (field: string): string => `new Promise((resolve) => {
  const frame = new MessageChannel();
  frame.port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
  const look = () => {
    const found = document.querySelector(${JSON.stringify(field)});
    const there = found && found === document.activeElement && found.getBoundingClientRect().width > 0;
    requestAnimationFrame(() => (there && document.visibilityState === 'visible' ? frame.port2.postMessage(0) : look()));
  };
  look();
})`;

/** The least that opens a window: what Electron itself takes on this machine. */
async function writeBlankApplication(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'blank', version: '1.0.0', main: 'main.cjs' }));
  await writeFile(
    join(folder, 'page.html'),
    '<!doctype html><meta charset="utf-8"><title>Blank</title><p>One static page</p><input autofocus>',
  );
  await writeFile(
    join(folder, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
const path = require('node:path');
app.setPath('userData', path.join(__dirname, 'data'));
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1366, height: 768, show: false, webPreferences: { sandbox: true } });
  window.once('ready-to-show', () => window.show());
  void window.loadFile(path.join(__dirname, 'page.html'));
});
app.on('window-all-closed', () => app.quit());
`,
  );
}
