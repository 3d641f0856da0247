import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import type { Sha256 } from '../../common/domain/ids.ts';
import { by } from '../e2e/steps.ts';
import { enrolledOrganisation, layDataFolder, type EnrolledPerson } from './enrolled-people.ts';
import { openEngine } from './engine-laptop.ts';
import { longPaper } from './long-paper.ts';
import { prepareMeeting } from './prepared-meeting.ts';
import { measured, pause, type Benchmark } from './rows.ts';
import { enterMeeting, startUnlocked } from './running-app.ts';

const PAGES = 500;
const RUNS = 11;

export const firstPage: Benchmark = {
  name: 'first-page',
  takes: '1 minute',
  async run({ folder, say }) {
    say(`making a paper of ${PAGES} pages and a meeting with it`);
    const file = join(folder, 'quy-hoach.pdf');
    const bytes = await longPaper(PAGES);
    await writeFile(file, bytes);
    const organisation = await enrolledOrganisation(2);
    const data = join(folder, 'data');
    await layDataFolder(data, organisation, organisation.people[0] as EnrolledPerson);
    const secretary = await openEngine(data, 'secretary');
    const { meeting, papers } = await prepareMeeting(secretary, organisation.people, { items: 5, papers: [file] });
    await secretary.close();

    await mkdir(join(folder, 'drawn'));
    const phien = await startUnlocked(data);
    const clicks: number[] = [];
    const peers: Drawn[] = [];
    try {
      for (let run = 0; run <= RUNS; run++) {
        // A window comes back to where it was, with the paper open already: this one has been nowhere.
        await phien.page.evaluate('sessionStorage.clear()');
        await phien.page.reload();
        await enterMeeting(phien, meeting);
        // Somebody looks at the agenda before clicking.
        await pause(2000);
        const { milliseconds, width } = await clickToFirstPage(phien.page, papers[0] as Sha256);
        const peer = await drawWithMutool(file, join(folder, 'drawn', `${run}.png`), width);
        // The first time warms the disk's cache for both.
        if (run === 0) continue;
        clicks.push(milliseconds);
        peers.push(peer);
      }
    } finally {
      await phien.close();
    }
    const size = `${PAGES} pages, ${(bytes.length / 1e6).toFixed(1)} MB`;
    const what =
      `In the running application, after a fresh load of the window: from the click on the paper (${size}) in the agenda ` +
      'to the frame that shows its first page, drawn.';
    return [
      measured({
        name: 'first-page',
        unit: 'ms',
        samples: clicks,
        against: 'mutool draw of that page to PNG, a process from start to end',
        otherSamples: peers.map(({ process }) => process),
        what: `${what} mutool draws the same page at the same width in pixels.`,
      }),
      measured({
        name: 'first-page-inside',
        unit: 'ms',
        samples: clicks,
        against: 'mutool draw of that page, its own account without starting and opening',
        otherSamples: peers.map(({ inside }) => inside),
        what: `The same clicks. mutool's own timing (-s t, whole milliseconds) covers interpreting, drawing and writing the page.`,
      }),
    ];
  },
};

/** Watches from inside the page, so that the tool which clicks is not in the measured time. */
async function clickToFirstPage(page: Page, paper: Sha256): Promise<{ milliseconds: number; width: number }> {
  const paperLine = by(page, `paper-${paper}`).first();
  await paperLine.waitFor();
  const seen = page.evaluate(
    () =>
      new Promise<{ milliseconds: number; width: number }>((resolve) => {
        let clicked = 0;
        window.addEventListener('click', (event) => (clicked = event.timeStamp), { capture: true, once: true });
        // A message posted within a frame arrives when that frame has been put together.
        const frame = new MessageChannel();
        const look = (): void => {
          requestAnimationFrame(() => frame.port2.postMessage(null));
        };
        frame.port1.onmessage = () => {
          const canvas = document.querySelector<HTMLCanvasElement>(
            '[data-testid="page-1"][data-drawn="true"] .paper-paint canvas',
          );
          if (clicked > 0 && canvas) resolve({ milliseconds: performance.now() - clicked, width: canvas.width });
          else look();
        };
        look();
      }),
  );
  await paperLine.click();
  return await seen;
}

interface Drawn {
  /** Milliseconds of the whole process. */
  readonly process: number;
  readonly inside: number;
}

const run = promisify(execFile);

async function drawWithMutool(file: string, to: string, width: number): Promise<Drawn> {
  const from = performance.now();
  const { stderr } = await run('mutool', ['draw', '-s', 't', '-o', to, '-w', String(width), file, '1']).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT'
        ? new Error('mutool is not installed: install the package mupdf-tools, or leave this row out with --only')
        : error;
    },
  );
  const process = performance.now() - from;
  const said = / 1 (\d+)ms/.exec(stderr)?.[1];
  if (said === undefined) throw new Error(`mutool did not say how long it took: ${stderr}`);
  // Less than one whole millisecond is written as 0.
  return { process, inside: Math.max(Number(said), 1) };
}
