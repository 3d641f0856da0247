import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';

import { lastPack } from '../../scripts/pack/pack.mjs';
import { makeCast, samplePdf, signBoth } from '../fixtures/signed-pdf.ts';
import { launchPhien } from './launch.ts';
import * as steps from './steps.ts';

test('the packaged application starts and reaches its engine', async () => {
  const packed = lastPack();
  if (!packed) throw new Error('nothing is packed: run "npm run pack"');
  const phien = await launchPhien({ executable: packed.executable });
  try {
    expect(await phien.app.evaluate(({ app }) => app.isPackaged)).toBe(true);
    await expect(phien.page).toHaveTitle('Phiên');
    const answer = await phien.page.evaluate(() => window.phien.request('no-such-request', {}));
    expect(answer).toMatchObject({ ok: false, error: { code: 'unknown-request' } });

    // Its workers lie in the archive.
    const cast = makeCast();
    const signed = path.join(phien.data, 'biên bản.pdf');
    const trust = path.join(phien.data, 'gốc.pem');
    await writeFile(signed, (await signBoth(await samplePdf('table'), cast)).signed);
    await writeFile(trust, new X509Certificate(cast.root.chain[0]!).toString());
    const verified = await phien.page.evaluate((input) => window.phien.request('verify.file', input), {
      path: signed,
      trust,
    });
    expect(verified).toMatchObject({ ok: true, output: { verdict: { outcome: 'valid', problems: [] } } });
  } finally {
    await phien.close();
  }
});

test('the packaged application enrols and joins a meeting', async () => {
  test.setTimeout(180_000);
  const packed = lastPack();
  if (!packed) throw new Error('nothing is packed: run "npm run pack"');
  const env = { PHIEN_DISCOVERY: 'loopback' };
  const secretary = await launchPhien({ env });
  const member = await launchPhien({ env, executable: packed.executable });
  try {
    await steps.setUpOrganisation(secretary.page, {
      name: 'Ủy ban nhân dân xã Đóng Gói',
      parent: 'Ủy ban nhân dân tỉnh Thử Nghiệm',
      person: 'Lò Thị Mẫu',
      position: 'Công chức Văn phòng',
    });
    await steps.enrol(secretary.page, member.page, 'Hà Văn Thử', 'Chủ tịch');
    await steps.createMeeting(secretary.page, { title: 'Phiên họp đóng gói', place: 'Phòng họp số 1' });
    await steps.addPeople(secretary.page, 'Hà Văn Thử');
    await steps.addItem(secretary.page, 1, 'Nội dung duy nhất');
    await steps.convene(secretary.page);
    await steps.carry(secretary.page);
    await steps.joinFound(member.page);
    await steps.checkIn(member.page);
    await expect(steps.by(member.page, 'quorum')).toContainText('1/2');
  } finally {
    await member.close();
    await secretary.close();
  }
});
