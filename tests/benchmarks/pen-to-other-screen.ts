import { once } from 'node:events';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { WebSocket } from 'ws';
import type { Sha256 } from '../../common/domain/ids.ts';
import { by } from '../e2e/steps.ts';
import type { Phien } from '../e2e/launch.ts';
import { until } from '../fixtures/laptops.ts';
import { makePdf } from '../fixtures/pdfs.ts';
import type { Carried, CarryingQuestion } from './carrying-process.ts';
import { startProcess } from './child-process.ts';
import { enrolledOrganisation, layDataFolder, type EnrolledPerson } from './enrolled-people.ts';
import { openEngine } from './engine-laptop.ts';
import { prepareMeeting } from './prepared-meeting.ts';
import { clock, measured, pause, type Benchmark } from './rows.ts';
import { enterMeeting, startUnlocked } from './running-app.ts';

const STROKES = 8;
const MOVES_PER_STROKE = 40;
/** CSS pixels between two movements. */
const STEP = 8;
/** A pen reports about as often as the screen is drawn; milliseconds. */
const PEN_INTERVAL = 16;
/** About the size of a frame of live ink. */
const ECHO_BYTES = 120;

export const penToOtherScreen: Benchmark = {
  name: 'pen-to-other-screen',
  takes: '1 minute',
  async run({ folder, say }) {
    say('preparing a meeting of three laptops: one carries, two have windows');
    const organisation = await enrolledOrganisation(3);
    const folders = ['carrier', 'writer', 'reader'].map((name) => join(folder, name)) as [string, string, string];
    for (const [index, person] of organisation.people.entries())
      await layDataFolder(folders[index] as string, organisation, person as EnrolledPerson);
    const file = join(folder, 'bao-cao.pdf');
    await writeFile(file, await makePdf(3));
    const secretary = await openEngine(folders[0], 'secretary');
    const { meeting, papers } = await prepareMeeting(secretary, organisation.people, { items: 3, papers: [file] });
    await secretary.close();

    const carrier = startProcess('carrying-process.ts');
    const windows: Phien[] = [];
    try {
      const question: CarryingQuestion = { ask: 'open', folder: folders[0], meeting };
      const { address } = await carrier.ask<Carried>(question);
      for (const data of folders.slice(1)) {
        const phien = await startUnlocked(data);
        windows.push(phien);
        await phien.page.evaluate((input) => window.phien.request('meetings.join', input), { address, meeting });
        await enterMeeting(phien, meeting);
        await openPaper(phien.page, papers[0] as Sha256);
      }
      const [writer, reader] = windows as [Phien, Phien];
      await by(writer.page, 'tool-pen').click();
      await by(writer.page, 'mode-shared').click();
      await pause(2000);
      say('drawing');
      const samples = await penDelays(writer.page, reader.page);
      say('echoing');
      const echoes = await echoDelays(samples.length);
      return [
        measured({
          name: 'pen-to-other-screen',
          unit: 'ms',
          samples,
          against: 'bare ws echo between two processes over loopback, one way (half of the round trip)',
          otherSamples: echoes,
          what:
            "From the pointer event's own time in one window to the frame of another laptop's window whose canvas holds " +
            'ink at that point, while a stroke is being drawn (read from the pixels). On the way: two engines and the hub, ' +
            'each a process of its own, over mutual TLS. The application sends live ink at most every 33 ms, the hub ' +
            'gathers to the end of its turn and a screen is drawn every 16 ms: on average some 25 ms of waiting are meant to be there.',
        }),
      ];
    } finally {
      for (const phien of windows) await phien.close();
      await carrier.end();
    }
  },
};

async function openPaper(page: Page, paper: Sha256): Promise<void> {
  // Seen and answered, it stops moving what is below it.
  await by(page, 'check-in').click({ timeout: 20_000 });
  const line = page.locator(`[data-testid="paper-${paper}"][data-state="here"]`);
  await line.click({ timeout: 60_000 });
  await expect(page.locator('[data-testid="page-1"][data-drawn="true"]')).toBeVisible({ timeout: 60_000 });
}

interface Seen {
  /** CSS pixels from the page's left and top edge. */
  readonly x: number;
  readonly y: number;
  readonly at: number;
}

/** Draws lines from right to left and finds, for every movement, when the other window's pixels showed it. */
async function penDelays(writer: Page, reader: Page): Promise<number[]> {
  const sheet = by(writer, 'page-1');
  const box = await sheet.boundingBox();
  const otherBox = await by(reader, 'page-1').boundingBox();
  if (!box || !otherBox) throw new Error('the page is not in sight');
  const scale = otherBox.width / box.width;
  await writer.evaluate(noteMovements);
  await reader.evaluate(watchForInk);

  const delays: number[] = [];
  for (let stroke = 0; stroke < STROKES; stroke++) {
    const y = Math.round(60 + stroke * 30);
    const start = Math.round(box.width - 60);
    const points = Array.from({ length: MOVES_PER_STROKE }, (_, index) => start - (index + 1) * STEP);
    await reader.evaluate(
      (targets) => (globalThis as unknown as Watching).watchFor(targets),
      points.map((x) => ({ x: x * scale, y: y * scale })),
    );
    await writer.mouse.move(box.x + start, box.y + y);
    await writer.mouse.down();
    for (const x of points) {
      await writer.mouse.move(box.x + x, box.y + y);
      await pause(PEN_INTERVAL);
    }
    const seen = await until(async () => {
      const times = await reader.evaluate(() => (globalThis as unknown as Watching).inkSeen());
      return !times.includes(null) && times;
    });
    await writer.mouse.up();
    const moved = await writer.evaluate(() => (globalThis as unknown as Moving).movements.splice(0));
    for (const [index, x] of points.entries()) {
      const from = moved.find((one) => Math.abs(one.x - x) < 1.5 && Math.abs(one.y - y) < 1.5);
      if (!from) throw new Error(`movement ${index} of stroke ${stroke} reached no page`);
      delays.push((seen[index] as number) - from.at);
    }
  }
  return delays;
}

interface Moving {
  movements: Seen[];
}

/** In the writer's page: where the pen was when, by the events' own times. */
function noteMovements(): void {
  const moving = globalThis as unknown as Moving;
  moving.movements = [];
  window.addEventListener(
    'pointermove',
    (event) => {
      const page = document.querySelector('[data-testid="page-1"]')?.getBoundingClientRect();
      if (!page) return;
      const all = event.getCoalescedEvents();
      for (const { clientX, clientY, timeStamp } of all.length > 0 ? all : [event])
        moving.movements.push({
          x: clientX - page.left,
          y: clientY - page.top,
          at: performance.timeOrigin + timeStamp,
        });
    },
    { capture: true },
  );
}

interface Watching {
  watchFor(targets: { readonly x: number; readonly y: number }[]): void;
  inkSeen(): (number | null)[];
}

/** In the reader's page: looks at the pixels after every frame. */
function watchForInk(): void {
  let targets: { readonly x: number; readonly y: number }[] = [];
  let seen: (number | null)[] = [];
  const frame = new MessageChannel();
  const look = (): void => {
    requestAnimationFrame(() => frame.port2.postMessage(null));
  };
  frame.port1.onmessage = () => {
    const page = document.querySelector('[data-testid="page-1"]');
    const width = page?.getBoundingClientRect().width ?? 1;
    for (const canvas of page?.querySelectorAll<HTMLCanvasElement>('canvas.ink-canvas') ?? []) {
      const first = targets[0];
      if (!first || canvas.width === 0) continue;
      const ratio = canvas.width / width;
      const row = canvas.getContext('2d')?.getImageData(0, Math.round(first.y * ratio), canvas.width, 1).data;
      const now = performance.timeOrigin + performance.now();
      for (const [index, { x }] of targets.entries())
        if (seen[index] === null && (row?.[(Math.round(x * ratio) + 1) * 4 + 3] ?? 0) > 60) seen[index] = now;
    }
    look();
  };
  look();
  Object.assign(globalThis, {
    watchFor(next: { readonly x: number; readonly y: number }[]) {
      targets = next;
      seen = next.map(() => null);
    },
    inkSeen: () => seen,
  } satisfies Watching);
}

/** Half of the round trips of small messages that come as often as pen movements. */
async function echoDelays(count: number): Promise<number[]> {
  const echo = startProcess('echo-process.ts');
  try {
    const port = await echo.ask<number>({});
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
    await once(socket, 'open');
    const delays: number[] = [];
    const bytes = Buffer.alloc(ECHO_BYTES, 1);
    // The first ones only warm up.
    for (let index = -20; index < count; index++) {
      const from = clock();
      socket.send(bytes);
      await once(socket, 'message');
      if (index >= 0) delays.push((clock() - from) / 2);
      await pause(PEN_INTERVAL);
    }
    socket.terminate();
    return delays;
  } finally {
    await echo.end();
  }
}
