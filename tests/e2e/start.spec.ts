import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';

import type { PhienBridge } from '../../common/contract/bridge.ts';
import { launchPhien, type Phien } from './launch.ts';

declare global {
  interface Window {
    readonly phien: PhienBridge;
  }
}

test.describe('a started application', () => {
  let phien: Phien;
  test.beforeAll(async () => {
    phien = await launchPhien();
  });
  test.afterAll(() => phien.close());

  test('shows its window and reaches its engine', async () => {
    await expect(phien.page).toHaveTitle('Phiên');
    const answer = await phien.page.evaluate(() => window.phien.request('app.status', {}));
    expect(answer).toHaveProperty('ok');
  });

  test('gives the page the bridge and nothing else', async () => {
    const seen = await phien.page.evaluate(() => ({
      bridge: Object.keys(window.phien).sort(),
      node: typeof (globalThis as Record<string, unknown>)['require'] + typeof (globalThis as Record<string, unknown>)['process'],
      kind: window.phien.windowKind,
    }));
    expect(seen.bridge).toEqual(['filePath', 'openDocument', 'request', 'subscribe', 'windowKind']);
    expect(seen.node).toBe('undefinedundefined');
    expect(seen.kind).toBe('main');
  });
});
