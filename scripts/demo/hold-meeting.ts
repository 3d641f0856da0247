import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, type Page } from '@playwright/test';

import { launchPhien, type Phien } from '../../tests/e2e/launch.ts';
import * as steps from '../../tests/e2e/steps.ts';
import { signAndHandOut } from './after.ts';
import { enrolEverybody, prepare } from './before.ts';
import { conduct } from './during.ts';
import { lookAround } from './look-around.ts';
import type { Laptops } from './stage.ts';
import type { DemoPlan, Role } from './plan.ts';

/** Everything stays on this computer: the four applications find each other over loopback only. */
const env = { PHIEN_DISCOVERY: 'loopback' };

interface Step {
  readonly name: string;
  readonly seconds: number;
}

/** Holds the meeting from the first start of four laptops to the sealed minutes; leaves minutes and package in `out`. */
export async function holdMeeting(options: {
  readonly plan: DemoPlan;
  readonly out: string;
  readonly screenshots: string;
  readonly say: (text: string) => void;
}): Promise<{ readonly steps: readonly Step[] }> {
  const { plan, out, say } = options;
  const done: Step[] = [];
  let shots = 0;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'phien-demo-'));
  const laptops: Partial<Record<Role, Phien>> = {};

  async function step(name: string, work: () => Promise<void>): Promise<void> {
    const began = performance.now();
    say(name);
    await work();
    done.push({ name, seconds: Math.round((performance.now() - began) / 100) / 10 });
  }

  async function shoot(who: Role, what: string, of: Page | undefined = laptops[who]?.page): Promise<void> {
    shots += 1;
    const file = `${String(shots).padStart(2, '0')}-${who}-${what}.png`;
    // A dialog or a notice is still on its way in for a moment.
    await of?.waitForTimeout(350);
    await of?.screenshot({ path: path.join(options.screenshots, file) });
  }

  const page = (who: Role): Page => {
    const laptop = laptops[who];
    if (!laptop) throw new Error(`the laptop of the ${who} is off`);
    return laptop.page;
  };

  try {
    await step('four laptops start', async () => {
      for (const who of ['secretary', 'chair', 'member', 'remote'] as const)
        laptops[who] = await launchPhien({ data: path.join(folder, who), env });
      await expect(steps.by(page('secretary'), 'door-organisation')).toBeVisible({ timeout: 30_000 });
      await shoot('secretary', 'first-start');
    });
    await enrolEverybody(plan, page, step, shoot);
    await prepare(plan, path.join(folder, 'desk'), laptops as Laptops, page, step, shoot);
    await conduct(plan, laptops as Laptops, page, step, shoot);
    await signAndHandOut(laptops as Laptops, out, page, step, shoot);
    await lookAround(laptops as Laptops, page, step, shoot, async (who) => {
      await laptops[who]?.close();
      laptops[who] = await launchPhien({ data: path.join(folder, who), env });
    });
    return { steps: done };
  } catch (error) {
    for (const who of Object.keys(laptops) as Role[]) await shoot(who, 'when-it-failed').catch(() => undefined);
    for (const [who, laptop] of Object.entries(laptops)) {
      const log = await readFile(path.join(folder, who, 'logs', 'phien.log'), 'utf8').catch(() => '');
      const worth = log.split('\n').filter((line) => /"level":(40|50)/.test(line));
      say(`${who}: ${[laptop.output().trim().slice(-1000), ...worth.slice(-5)].join('\n')}`);
    }
    throw error;
  } finally {
    for (const laptop of Object.values(laptops)) await laptop.close().catch(() => undefined);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
