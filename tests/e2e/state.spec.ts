import path from 'node:path';
import { expect, test } from '@playwright/test';

import { lookWithAxe } from './axe.ts';
import { CHAIR, openOffice, ORGANISATION, SECRETARY, type Laptop, type Office } from './laptops.ts';
import * as steps from './steps.ts';

const { by } = steps;
const TITLE = 'Cuộc họp về trạng thái';

/** What the windows say of who has what, and the report for whoever helps. */
test.describe.serial('truthful state', () => {
  let office: Office;
  let secretary: Laptop;
  let chair: Laptop;
  const axe = lookWithAxe();

  test.beforeAll(async () => {
    office = await openOffice();
    secretary = await office.add(SECRETARY);
    chair = await office.add(CHAIR);
    await Promise.all([secretary.start(), chair.start()]);
    await steps.setUpOrganisation(secretary.page, ORGANISATION);
    await steps.enrol(secretary.page, chair.page, CHAIR, 'Chủ tịch');
  });
  test.afterAll(() => office.close());
  // oxlint-disable-next-line no-empty-pattern
  test.afterEach(({}, info) => office.photograph(info));

  async function shot(laptop: Laptop, name: string): Promise<void> {
    const folder = process.env['PHIEN_E2E_SHOTS'];
    if (folder !== undefined) await laptop.page.screenshot({ path: path.join(folder, `state-${name}.png`) });
  }

  test('before anybody has joined, changes are only here, and the line, the card and the details say so', async () => {
    const { page } = secretary;
    await steps.createMeeting(page, { title: TITLE, place: 'Phòng họp số 4' });
    await steps.addPeople(page, CHAIR);
    await steps.addItem(page, 1, 'Dự thảo nghị quyết');
    await steps.convene(page);
    await steps.carry(page);
    await by(page, 'go-home').click();
    await expect(by(page, 'only-here')).toContainText(/chỉ có ở máy này từ \d\d:\d\d/);
    await shot(secretary, 'home-only-here');
    await by(page, 'enter-meeting').first().click();
    const line = by(page, 'connection');
    await expect(line).toHaveAttribute('data-saved', 'only-here');
    await expect(line).toContainText('Máy này mang cuộc họp (1 người)');
    await expect(line).toContainText(/Chỉ có ở máy này từ \d\d:\d\d/);
    await line.focus();
    await page.keyboard.press('Enter');
    await expect(by(page, 'connection-saved')).toContainText(
      /\d+ thay đổi của anh\/chị mới chỉ nằm ở máy này, từ \d\d:\d\d/,
    );
    await shot(secretary, 'only-here');
    await axe.at(page, 'connection of a host alone, vi');
    await page.keyboard.press('Escape');
    await expect(by(page, 'connection-details')).toBeHidden();
    await expect(line).toBeFocused();
  });

  test('with another laptop: all saved on two, said on both', async () => {
    await steps.joinFound(chair.page);
    await steps.checkIn(chair.page);
    for (const { page } of [secretary, chair]) {
      await expect(by(page, 'connection')).toHaveAttribute('data-saved', 'laptops', { timeout: 30_000 });
      await expect(by(page, 'connection')).toContainText('Mọi thay đổi đã lưu trên 2 máy');
    }
    await expect(by(chair.page, 'connection')).toContainText(`Máy của ${SECRETARY} mang cuộc họp`);
    await by(chair.page, 'connection').click();
    await expect(by(chair.page, 'connection-online')).toContainText(SECRETARY);
    await expect(by(chair.page, 'connection-online')).toContainText(`${CHAIR} (anh/chị)`);
    await expect(by(chair.page, 'connection-addresses')).toContainText(/127\.0\.0\.1:\d+/);
    await shot(chair, 'saved');
    await axe.at(chair.page, 'connection of a member, vi');
  });

  test('from there to the diagnostics: the report is copied and tells of nobody', async () => {
    const { page } = chair;
    await by(page, 'go-diagnostics').click();
    await expect(by(page, 'database-state')).toContainText('Nguyên vẹn');
    await expect(page.getByText('Đồng hồ khớp với máy mang cuộc họp')).toBeVisible();
    await by(page, 'check-database').click();
    await expect(by(page, 'database-state')).toContainText('Nguyên vẹn');
    await shot(chair, 'diagnostics');
    await axe.at(page, 'diagnostics, vi');
    await by(page, 'copy-diagnostics').click();
    await expect(by(page, 'notice')).toBeVisible();
    const copied = await chair.phien.app.evaluate(({ clipboard }) => clipboard.readText());
    expect(copied).toMatch(/^Phiên \d+\.\d+\.\d+/);
    expect(copied).toContain('link: member connected since');
    expect(copied).toContain('discovery: loopback');
    expect(copied).not.toContain('?');
    const ids = await page.evaluate(async () => {
      const meetings = await window.phien.request('meetings.list', {});
      const status = await window.phien.request('app.status', {});
      return JSON.stringify([meetings, status]).match(/[a-z2-7]{26}|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}/g) ?? [];
    });
    expect(ids.length).toBeGreaterThan(1);
    for (const secret of [SECRETARY, CHAIR, TITLE, ORGANISATION.name, steps.PIN, chair.data, 'nghị quyết', ...ids])
      expect(copied).not.toContain(secret);
    await by(page, 'show-report').click();
    await expect(by(page, 'diagnostics')).toHaveValue(/Phiên \d/);
    await by(page, 'leave-diagnostics').click();
    await expect(by(page, 'happening')).toBeVisible();
  });

  test('the diagnostics in English, from the settings', async () => {
    const { page } = secretary;
    await by(page, 'leave-meeting').click();
    await by(page, 'go-settings').click();
    await by(page, 'language-en').click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await by(page, 'show-diagnostics').click();
    await expect(by(page, 'database-state')).toContainText('Sound');
    await axe.at(page, 'diagnostics, en');
    await shot(secretary, 'diagnostics-en');
    await by(page, 'leave-diagnostics').click();
    await expect(by(page, 'language-en')).toBeVisible();
    expect(axe.violations).toEqual([]);
  });
});
