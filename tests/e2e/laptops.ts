import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestInfo } from '@playwright/test';

import { launchPhien, type LaunchOptions, type Phien } from './launch.ts';
import * as steps from './steps.ts';

/** One person's laptop: its data folder outlives the application, so that it can be ended and started again. */
export interface Laptop {
  readonly person: string;
  readonly data: string;
  /** The running application; throws while it is not running. */
  readonly phien: Phien;
  readonly page: Phien['page'];
  /** Starts the application on this laptop's data. */
  start(options?: Pick<LaunchOptions, 'env'>): Promise<void>;
  /** Ends the application as a person would. */
  stop(): Promise<void>;
  /** Pulls the plug. */
  kill(): Promise<void>;
}

/** Laptops that find each other on this computer only. */
export interface Office {
  readonly laptops: readonly Laptop[];
  /** A folder for files that people save and choose; gone with the rest. */
  readonly desk: string;
  /** A laptop that has not been started. */
  add(person: string): Promise<Laptop>;
  /** Keeps a picture of every window of a test that failed (of every test with PHIEN_E2E_SHOTS=DIR). */
  photograph(info: TestInfo): Promise<void>;
  close(): Promise<void>;
}

export const SECRETARY = 'Lò Thị Mẫu';
export const CHAIR = 'Hà Văn Thử';
export const MEMBER = 'Quàng Thị Ví Dụ';

export const ORGANISATION: steps.OrganisationInput = {
  name: 'Ủy ban nhân dân xã Mường Thử',
  parent: 'Ủy ban nhân dân tỉnh Thử Nghiệm',
  person: SECRETARY,
  position: 'Công chức Văn phòng',
};

export async function openOffice(): Promise<Office> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'phien-office-'));
  const desk = path.join(root, 'desk');
  await mkdir(desk);
  const laptops: Laptop[] = [];

  async function add(person: string): Promise<Laptop> {
    const data = path.join(root, `laptop-${laptops.length + 1}`);
    await mkdir(data);
    let running: Phien | undefined;
    const laptop: Laptop = {
      person,
      data,
      get phien() {
        if (!running) throw new Error(`the laptop of ${person} is off`);
        return running;
      },
      get page() {
        return laptop.phien.page;
      },
      async start(options) {
        if (running) throw new Error(`the laptop of ${person} is on`);
        running = await launchPhien({ data, env: { PHIEN_DISCOVERY: 'loopback', ...options?.env } });
      },
      async stop() {
        const ended = laptop.phien;
        running = undefined;
        await ended.close();
      },
      async kill() {
        const ended = laptop.phien;
        running = undefined;
        await ended.kill();
      },
    };
    laptops.push(laptop);
    return laptop;
  }

  const isOn = (laptop: Laptop): boolean => {
    try {
      return laptop.phien !== undefined;
    } catch {
      return false;
    }
  };

  return {
    laptops,
    desk,
    add,
    async photograph(info) {
      const folder = process.env['PHIEN_E2E_SHOTS'];
      const failed = info.status !== info.expectedStatus;
      if (!failed && folder === undefined) return;
      const name = info.titlePath
        .slice(1)
        .join(' ')
        .replaceAll(/[^\p{L}\d]+/gu, '-')
        .slice(0, 80);
      for (const [index, laptop] of laptops.entries()) {
        if (!isOn(laptop)) continue;
        const file = `${name}-${index + 1}.png`;
        const where = folder === undefined ? info.outputPath(file) : path.join(folder, file);
        await laptop.page.screenshot({ path: where, timeout: 10_000 }).catch(() => undefined);
        if (failed) await info.attach(`output of ${laptop.person}`, { body: laptop.phien.output().slice(-20_000) });
      }
    },
    async close() {
      await Promise.all(laptops.filter(isOn).map((laptop) => laptop.stop()));
      await rm(root, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

export interface People {
  readonly secretary: Laptop;
  readonly chair: Laptop;
  readonly member: Laptop;
}

/** Secretary, chair and member of one organisation, all running and enrolled; the secretary holds the authority. */
export async function enrolPeople(office: Office): Promise<People> {
  const secretary = await office.add(SECRETARY);
  const chair = await office.add(CHAIR);
  const member = await office.add(MEMBER);
  await Promise.all([secretary.start(), chair.start(), member.start()]);
  await steps.setUpOrganisation(secretary.page, ORGANISATION);
  await steps.enrol(secretary.page, chair.page, CHAIR, 'Chủ tịch');
  await steps.enrol(secretary.page, member.page, MEMBER, 'Phó Chủ tịch');
  return { secretary, chair, member };
}
