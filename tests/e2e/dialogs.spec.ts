import { expect, test, type Page } from '@playwright/test';

import { laptopRoom, PIN } from '../fixtures/laptops.ts';
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

test('the focus comes back from a dialog to its button, also past others of their own kind, and to what opened a menu', async () => {
  const room = laptopRoom();
  const secretary = await room.addSecretary();
  await room.addMember(secretary, 'Hà Văn Thử', 'Chủ tịch');
  for (const { engine } of room.laptops) await engine.close();
  const phien = await launchPhien({ data: secretary.dataDir, env: { PHIEN_DISCOVERY: 'off' } });
  const { page } = phien;
  try {
    await steps.unlock(page, PIN);
    await steps.createMeeting(page, { title: 'Phiên họp', place: 'Phòng họp' });
    await steps.addPeople(page, 'Hà Văn Thử');
    await steps.addItem(page, 1, 'Báo cáo');
    await steps.convene(page);
    await steps.carry(page);
    await by(page, 'enter-meeting').click();

    // Not coming, and then coming after all. What opens a popover was passed on the way.
    await by(page, 'connection').focus();
    await by(page, 'report-absence').press('Enter');
    await expect(by(page, 'absence-reason')).toBeFocused();
    await page.keyboard.type('Đi công tác');
    await page.keyboard.press('Enter');
    await expect(by(page, 'asked-of-me')).toHaveAttribute('data-asked', 'away');
    await expect(by(page, 'absence-reason')).toBeHidden();
    await expect(by(page, 'report-absence')).toBeFocused();
    await by(page, 'check-in').press('Enter');
    await expect(by(page, 'check-in')).toBeHidden();

    await by(page, 'open-without-quorum').click();
    await by(page, 'confirm-open-without-quorum').click();
    await steps.nextStep(page, 'open-item');
    await by(page, 'console-more').press('Enter');
    await by(page, 'console-open-vote').press('Enter');
    await expect(by(page, 'motion-text')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(by(page, 'motion-text')).toBeHidden();
    await expect(by(page, 'console-more')).toBeFocused();
  } finally {
    await phien.close();
    await room.close();
  }
});
