import { expect, test } from '@playwright/test';

import { convenedMeeting } from '../fixtures/convened-meeting.ts';
import { laptopRoom, PIN } from '../fixtures/laptops.ts';
import { launchPhien } from './launch.ts';
import * as steps from './steps.ts';

const { by } = steps;
const DAY = 24 * 60 * 60 * 1000;

test('who types the address of a laptop that carries several meetings chooses among them, today’s first', async () => {
  const room = laptopRoom();
  const secretary = await room.addSecretary();
  const chair = await room.addMember(secretary, 'Hà Văn Thử', 'Chủ tịch');
  const coming = await convenedMeeting(secretary, chair, { start: new Date(Date.now() + 7 * DAY).toISOString() });
  const today = await convenedMeeting(secretary, chair, { start: new Date().toISOString() });
  await chair.engine.close();
  const phien = await launchPhien({ data: chair.dataDir, env: { PHIEN_DISCOVERY: 'off' } });
  const { page } = phien;
  try {
    await steps.unlock(page, PIN);
    await by(page, 'join-by-address').click();
    await by(page, 'join-address').fill(today.address);
    await by(page, 'join').click();
    const choices = by(page, 'join-which').getByRole('radio');
    await expect(choices).toHaveCount(2);
    await expect(choices.first()).toBeChecked();
    await expect(choices.first()).toHaveValue(today.meeting);
    // Another address begins anew.
    await by(page, 'join-address').fill('127.0.0.1:9');
    await expect(by(page, 'join-which')).toHaveCount(0);
    await by(page, 'join-address').fill(today.address);
    await by(page, 'join').click();
    await choices.last().focus();
    await page.keyboard.press('Space');
    await by(page, 'join').click();
    await expect(by(page, `meeting-${coming.meeting}`).or(by(page, 'check-in'))).toBeVisible();
    const listed = await page.evaluate(() => window.phien.request('meetings.list', {}));
    const { output } = listed as { output: { meeting: string }[] };
    expect(output.map(({ meeting }) => meeting)).toEqual([coming.meeting]);
  } finally {
    await phien.close();
    await room.close();
  }
});
