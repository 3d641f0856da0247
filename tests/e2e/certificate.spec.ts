import { expect, test } from '@playwright/test';

import { AUTHORITY_PASSWORD, laptopRoom, PIN } from '../fixtures/laptops.ts';
import { launchPhien } from './launch.ts';
import { SECRETARY } from './laptops.ts';
import * as steps from './steps.ts';

const { by } = steps;
const DAY = 24 * 3_600_000;

test('[CERT-1] [CERT-3] a certificate that ends soon is told, and renewed in two steps', async () => {
  // Set up by a clock that was back: issued for two years, it has three weeks left today.
  const room = laptopRoom();
  const past = await room.addSecretary(SECRETARY, { now: () => new Date(Date.now() - 709 * DAY) });
  await past.engine.close();
  const start = () => launchPhien({ data: past.dataDir, env: { PHIEN_DISCOVERY: 'off' } });
  let phien = await start();
  try {
    await steps.unlock(phien.page, PIN);
    const notice = by(phien.page, 'own-certificate');
    await expect(notice).toHaveAttribute('data-what', 'ending', { timeout: 30_000 });
    await expect(notice).toContainText(/hết hạn ngày \d\d\/\d\d\/\d{4}/);
    await expect(by(phien.page, 'own-certificate-end')).toContainText('hết hạn ngày');

    await notice.getByTestId('renew-certificate').click();
    await by(phien.page, 'authority-password').fill(AUTHORITY_PASSWORD);
    await by(phien.page, 'present-pin').fill('111111');
    await by(phien.page, 'renew-by-authority').click();
    await expect(by(phien.page, 'failure')).toHaveText('Mã PIN không đúng.');
    await by(phien.page, 'present-pin').fill(PIN);
    await by(phien.page, 'renew-by-authority').click();
    await expect(by(phien.page, 'certificate-renewed')).toContainText('mở lại', { timeout: 30_000 });
    await by(phien.page, 'go-home').click();
    await expect(notice).toHaveAttribute('data-what', 'renewed');

    await phien.close();
    phien = await start();
    await steps.unlock(phien.page, PIN);
    await expect(by(phien.page, 'go-home')).toBeVisible({ timeout: 30_000 });
    await by(phien.page, 'go-settings').click();
    await expect(by(phien.page, 'renew-certificate')).toBeVisible();
    await by(phien.page, 'go-home').click();
    await expect(by(phien.page, 'own-certificate')).toHaveCount(0);
  } finally {
    await phien.close();
    await room.close();
  }
});

test('[CERT-7] a meeting that is prepared by a clock that is behind is told to be only here, and why', async () => {
  // Set up by a clock that was ahead: by that of this computer the certificate has not begun.
  const room = laptopRoom();
  const ahead = await room.addSecretary(SECRETARY, { now: () => new Date(Date.now() + 400 * DAY) });
  await ahead.engine.close();
  const { page, close } = await launchPhien({ data: ahead.dataDir, env: { PHIEN_DISCOVERY: 'off' } });
  try {
    await steps.unlock(page, PIN);
    await expect(by(page, 'own-certificate')).toHaveAttribute('data-what', 'early', { timeout: 30_000 });
    await steps.createMeeting(page, { title: 'Phiên họp thử', place: 'Phòng họp số 1' });
    await expect(by(page, 'held-back')).toContainText('chỉ nằm ở máy này: theo đồng hồ máy này', { timeout: 30_000 });
    await expect(by(page, 'held-back')).toContainText('Xin chỉnh lại ngày giờ của máy');
  } finally {
    await close();
    await room.close();
  }
});
