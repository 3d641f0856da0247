import { expect, test } from '@playwright/test';

import { lastPack } from '../../scripts/pack/pack.mjs';
import { launchPhien } from './launch.ts';

test('the packaged application starts and reaches its engine', async () => {
  const packed = lastPack();
  if (!packed) throw new Error('nothing is packed: run "npm run pack"');
  const phien = await launchPhien({ executable: packed.executable });
  try {
    expect(await phien.app.evaluate(({ app }) => app.isPackaged)).toBe(true);
    await expect(phien.page).toHaveTitle('Phiên');
    const answer = await phien.page.evaluate(() => window.phien.request('no-such-request', {}));
    expect(answer).toMatchObject({ ok: false, error: { code: 'unknown-request' } });
  } finally {
    await phien.close();
  }
});
