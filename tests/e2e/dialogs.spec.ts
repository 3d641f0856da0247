import { expect, test, type Page } from '@playwright/test';

import { launchPhien } from './launch.ts';
import * as steps from './steps.ts';

const { by } = steps;

/** What stands in a field from now on, frame by frame, until it is gone. */
const watch = (page: Page, testid: string) =>
  page.evaluate((id) => {
    const seen = new Set<string>();
    const field = document.querySelector<HTMLInputElement>(`[data-testid="${id}"]`);
    const over = new Promise<string[]>((resolve) => {
      const look = (): void => {
        if (!field?.isConnected) return resolve([...seen]);
        seen.add(field.value);
        requestAnimationFrame(look);
      };
      look();
    });
    Object.assign(globalThis, { over });
  }, testid);
const watched = (page: Page) => page.evaluate(() => (globalThis as unknown as { over: Promise<string[]> }).over);

test('a dialog is worked by keys, keeps what was typed until it is gone, and gives the focus back', async () => {
  const phien = await launchPhien({ env: { PHIEN_DISCOVERY: 'off' } });
  const { page } = phien;
  try {
    await steps.setUpOrganisation(page, { name: 'UBND xã Mẫu', parent: '', person: 'Lò Thị Thử', position: 'Thư ký' });
    await by(page, 'join-by-address').focus();
    await page.keyboard.press('Enter');
    await expect(by(page, 'join-address')).toBeFocused();
    await page.keyboard.type('không phải địa chỉ');
    await page.keyboard.press('Enter');
    await expect(by(page, 'failure')).toBeVisible();

    await watch(page, 'join-address');
    await page.keyboard.press('Escape');
    expect(await watched(page)).toEqual(['không phải địa chỉ']);
    await expect(by(page, 'join-by-address')).toBeFocused();

    await page.keyboard.press('Enter');
    await expect(by(page, 'join-address')).toHaveValue('');
    await expect(by(page, 'failure')).toHaveCount(0);
    await page.keyboard.press('Escape');
  } finally {
    await phien.close();
  }
});
