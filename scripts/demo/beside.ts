import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, type Page } from '@playwright/test';

import { launchPhien, type Phien } from '../../tests/e2e/launch.ts';
import * as steps from '../../tests/e2e/steps.ts';
import { laptopRoom, PIN } from '../../tests/fixtures/laptops.ts';

/**
 * What the demonstration's meeting does not pass: certificates that end soon, and minutes whose secretary is gone.
 * `node beside.ts DIR`: pictures into DIR, numbered after those of the demonstration.
 */
const [out] = process.argv.slice(2);
if (out === undefined) throw new Error('beside.ts DIR');
await mkdir(out, { recursive: true });

const DAY = 24 * 3_600_000;
const CHAIR = 'Hà Văn Thử';
/** Certificates are issued for two years: these have three weeks left. */
const back = { now: () => new Date(Date.now() - 709 * DAY) };
const { by } = steps;

const room = laptopRoom();
const running: Phien[] = [];
let shots = 39;

async function shoot(page: Page, name: string): Promise<void> {
  shots += 1;
  await page.waitForTimeout(350);
  await page.screenshot({ path: path.join(out ?? '', `${shots}-${name}.png`) });
}

try {
  const past = [await room.addSecretary('Lò Thị Mẫu', back)];
  const [first] = past;
  if (!first) throw new Error('nobody');
  past.push(await room.addMember(first, CHAIR, 'Chủ tịch', back));
  past.push(await room.addMember(first, 'Quàng Thị Ví Dụ', 'Phó Chủ tịch', back));
  for (const { engine } of past) await engine.close();
  for (const { dataDir } of past)
    running.push(await launchPhien({ data: dataDir, env: { PHIEN_DISCOVERY: 'loopback' } }));
  const [secretary, chair, member] = running.map(({ page }) => page);
  if (!secretary || !chair || !member) throw new Error('three laptops');
  for (const { page } of running) await steps.unlock(page, PIN);

  await expect(by(member, 'own-certificate')).toBeVisible({ timeout: 30_000 });
  await shoot(member, 'member-certificate-ends-soon');
  await by(secretary, 'go-people').click();
  await expect(by(secretary, 'certificates-ending')).toBeVisible();
  await shoot(secretary, 'secretary-certificates-that-end-soon');
  await by(member, 'own-certificate').getByTestId('renew-certificate').click();
  await expect(by(member, 'present-pin')).toBeVisible();
  await shoot(member, 'member-renews-the-certificate');

  await steps.createMeeting(secretary, { title: 'Phiên họp thường kỳ', place: 'Phòng họp số 1' });
  await steps.addPeople(secretary, CHAIR);
  await steps.addItem(secretary, 1, 'Báo cáo tháng');
  await steps.convene(secretary);
  await steps.carry(secretary);
  await by(secretary, 'enter-meeting').click();
  for (const page of [chair, member]) await steps.joinFound(page);
  for (const page of [secretary, chair, member]) await steps.checkIn(page);
  await steps.nextStep(chair, 'open-meeting');
  await steps.nextStep(chair, 'open-item');
  await steps.closeMeeting(chair);
  await running[0]?.kill();
  await steps.showPanel(chair, 'minutes');
  await by(chair, 'name-secretary').click();
  const person = by(chair, 'new-secretary').locator('option', { hasText: 'Ví Dụ' });
  await by(chair, 'new-secretary').selectOption(await person.getAttribute('value'));
  await shoot(chair, 'chair-names-another-secretary');
} finally {
  for (const phien of running) await phien.close().catch(() => undefined);
  await room.close();
}
