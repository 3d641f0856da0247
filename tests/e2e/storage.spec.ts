import path from 'node:path';
import { expect, test } from '@playwright/test';

import { memoryDisk, noDisks, type Disk } from '../fixtures/disks.ts';
import { launchPhien, type Phien } from './launch.ts';
import { ORGANISATION } from './laptops.ts';
import * as steps from './steps.ts';

const { by } = steps;

/** What a person reads when the disk fills. */
test.describe('a laptop on a disk of its own', () => {
  test.skip(noDisks !== undefined, noDisks);
  let disk: Disk;
  let data: string;
  let phien: Phien | undefined;

  test.beforeAll(() => {
    disk = memoryDisk(160);
    data = path.join(disk.path, 'data');
  });
  test.afterAll(async () => {
    await phien?.close();
    disk?.remove();
  });

  test('full: it is said, nothing typed is lost, and it goes on by itself when there is room', async () => {
    phien = await launchPhien({ data, env: { PHIEN_DISCOVERY: 'off' } });
    const { page } = phien;
    await steps.setUpOrganisation(page, ORGANISATION);
    await steps.createMeeting(page, { title: 'Cuộc họp trên đĩa nhỏ', place: 'Phòng họp số 2' });
    await steps.addItem(page, 1, 'Mục trước khi đầy');

    disk.fill();
    // The write-ahead log has room of its own for some changes.
    const trouble = by(page, 'storage-trouble');
    await expect(async () => {
      await by(page, 'item-title-1').fill(`Mục viết khi đĩa đầy ${'rất dài '.repeat(40)}`);
      await by(page, 'item-title-1').fill('Mục viết khi đĩa đầy');
      await by(page, 'item-title-1').blur();
      await expect(trouble).toContainText('Đĩa của máy đã đầy', { timeout: 500 });
    }).toPass({ timeout: 60_000 });
    await expect(trouble).toContainText(/\d+ thay đổi mới chỉ ở trong cửa sổ này, chưa lưu/);
    await expect(by(page, 'item-title-1')).toHaveValue('Mục viết khi đĩa đầy');

    disk.empty();
    await expect(trouble).toHaveCount(0, { timeout: 30_000 });
    await expect(by(page, 'item-title-1')).toHaveValue('Mục viết khi đĩa đầy');
  });
});
