import { expect, test, type Page } from '@playwright/test';

import { launchPhien, type Phien } from './launch.ts';
import * as steps from './steps.ts';

const { by } = steps;

test.describe('preparing a meeting', () => {
  let phien: Phien;
  let page: Page;

  test.beforeAll(async () => {
    phien = await launchPhien({ env: { PHIEN_DISCOVERY: 'off' } });
    page = phien.page;
    await steps.setUpOrganisation(page, { name: 'UBND xã Mẫu', parent: '', person: 'Lò Thị Thử', position: 'Thư ký' });
    await steps.createMeeting(page, { title: 'Họp', place: 'P1' });
  });
  test.afterAll(() => phien?.close());

  test('the date is typed with day, month and year', async () => {
    const date = by(page, 'meeting-date');
    const box = await date.boundingBox();
    await page.mouse.click(box!.x + 14, box!.y + box!.height / 2);
    await page.keyboard.type('15012027', { delay: 50 });
    await expect(date).toHaveValue('2027-01-15');
    await page.keyboard.press('Tab');
    await by(page, 'meeting-title').focus();
    await expect(date).toHaveValue('2027-01-15');
    await expect(by(page, 'meeting-time')).toHaveValue('08:00');

    await date.fill('0027-01-15');
    await by(page, 'meeting-title').focus();
    await expect(date).toHaveValue('0027-01-15');
    await expect(page.getByText('xin xem lại năm')).toBeVisible();
    await date.fill('2027-01-15');
    await expect(page.getByText('xin xem lại năm')).toHaveCount(0);
  });

  test('what is pasted too long is cut, and the meeting stays as it is', async () => {
    const place = by(page, 'meeting-place');
    await place.fill('Trích báo cáo. '.repeat(40));
    await expect(place).toHaveValue('Trích báo cáo. '.repeat(40).slice(0, 500));
    await by(page, 'meeting-title').focus();
    await expect(by(page, 'meeting-title')).toHaveValue('Họp');
    await expect(place).toHaveValue('Trích báo cáo. '.repeat(40).slice(0, 500));
  });

  test('of prepared motions one is removed while the other keeps its text and the cursor', async () => {
    await by(page, 'add-item').click();
    await by(page, 'item-title-1').fill('Báo cáo');
    for (const number of [1, 2]) {
      await by(page, 'add-motion-1').click();
      await by(page, `motion-text-1-${number}`).fill(`Thông qua ${number}`);
    }
    const second = by(page, 'motion-text-1-2');
    await second.press('End');
    // As from elsewhere: the cursor stays in the other motion.
    await page.getByRole('button', { name: 'Bỏ nội dung biểu quyết 1' }).dispatchEvent('click');
    await expect(second).toHaveCount(0);
    await page.keyboard.type(' và 3');
    await expect(by(page, 'motion-text-1-1')).toHaveValue('Thông qua 2 và 3');
    await expect(by(page, 'motion-text-1-1')).toBeFocused();
  });
});
