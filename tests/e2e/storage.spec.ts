import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';

import { memoryDisk, noDisks, type Disk } from '../fixtures/disks.ts';
import { launchPhien, type Phien } from './launch.ts';
import { ORGANISATION } from './laptops.ts';
import * as steps from './steps.ts';

const { by } = steps;

/** What a person reads when the disk fills, when the database is destroyed, when the disk may only be read. */
test.describe.serial('a laptop on a disk of its own', () => {
  test.skip(noDisks !== undefined, noDisks);
  let disk: Disk;
  let data: string;
  let phien: Phien | undefined;
  const running = (): Phien => {
    if (!phien) throw new Error('the application is off');
    return phien;
  };
  const start = async () => (phien = await launchPhien({ data, env: { PHIEN_DISCOVERY: 'off' } })).page;
  const stop = async () => {
    const ended = running();
    phien = undefined;
    await ended.close();
  };

  test.beforeAll(() => {
    disk = memoryDisk(160);
    data = path.join(disk.path, 'data');
  });
  test.afterAll(async () => {
    await phien?.close();
    disk?.remove();
  });

  test('full: it is said, nothing typed is lost, and it goes on by itself when there is room', async () => {
    const page = await start();
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

    // Closing is asked about, by the window's button and by quitting alike; Enter stays.
    const { app } = running();
    const close = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    for (const wish of [close, () => app.evaluate(({ app: phien }) => phien.quit())]) {
      await wish();
      await expect(by(page, 'stay')).toBeFocused();
      await expect(page.getByRole('alertdialog')).toContainText('Nếu đóng bây giờ, các thay đổi đó sẽ mất');
      await page.keyboard.press('Enter');
      await expect(by(page, 'stay')).toBeHidden();
    }
    await expect(by(page, 'item-title-1')).toHaveValue('Mục viết khi đĩa đầy');

    // Asked to close and then with room again, it saves and closes by itself.
    const ended = new Promise((resolve) => app.process().once('exit', resolve));
    await close();
    await expect(by(page, 'stay')).toBeVisible();
    disk.empty();
    await ended;
    phien = undefined;
    const again = await start();
    await steps.unlock(again);
    await by(again, 'prepare-meeting').click();
    await expect(by(again, 'item-title-1')).toHaveValue('Mục viết khi đĩa đầy', { timeout: 20_000 });
  });

  test('destroyed: the last backup takes its place, and one calm sentence says so', async () => {
    const copies = () => readdirSync(path.join(data, 'backup')).filter((name) => name.endsWith('.db'));
    await expect.poll(() => copies().length, { timeout: 20_000 }).toBeGreaterThan(0);
    await stop();
    const file = openSync(path.join(data, 'phien.db'), 'r+');
    writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, 0);
    closeSync(file);

    const page = await start();
    await expect(by(page, 'restored')).toContainText('đã được khôi phục từ bản sao lưu lúc');
    await expect(by(page, 'restored')).toContainText(path.join(data, 'damaged'));
    await by(page, 'restored-read').click();
    await expect(by(page, 'restored')).toHaveCount(0);
    await steps.unlock(page);
    await by(page, 'prepare-meeting').click();
    await expect(by(page, 'item-title-1')).toHaveValue('Mục viết khi đĩa đầy', { timeout: 20_000 });
  });

  test('to be read only, at the start: it is said, and it goes on by itself when it may be written', async () => {
    await stop();
    disk.readOnly();
    const page = await start();
    await expect(by(page, 'engine-blocked')).toContainText('Không ghi được vào thư mục dữ liệu', { timeout: 30_000 });
    await expect(by(page, 'engine-blocked')).toContainText('tự thử lại');
    disk.writable();
    await expect(by(page, 'engine-blocked')).toHaveCount(0, { timeout: 30_000 });
    await steps.unlock(page);
    await expect(page.getByText('Cuộc họp trên đĩa nhỏ').first()).toBeVisible({ timeout: 20_000 });
  });
});
