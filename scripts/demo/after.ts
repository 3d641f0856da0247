import path from 'node:path';
import { expect } from '@playwright/test';

import * as steps from '../../tests/e2e/steps.ts';
import type { Laptops, PageOf, RunStep, Shoot } from './stage.ts';

export async function signAndHandOut(
  laptops: Laptops,
  out: string,
  page: PageOf,
  step: RunStep,
  shoot: Shoot,
): Promise<void> {
  const secretary = page('secretary');
  await step('the secretary writes, freezes and signs the minutes', async () => {
    await steps.showPanel(secretary, 'minutes');
    const text = secretary.locator('[data-testid^="minutes-text-"]').first();
    await text.click();
    await secretary.keyboard.insertText('Các thành viên thảo luận, thống nhất với nội dung báo cáo.');
    await expect(text).toContainText('thống nhất');
    // Text is signed a second after the last key at the latest two.
    await secretary.waitForTimeout(2500);
    await steps.by(secretary, 'preview-minutes').click();
    await secretary.waitForTimeout(1500);
    await shoot('secretary', 'minutes-preview');
    await steps.freezeMinutes(secretary);
  });
  await step('the chair signs on the own laptop', async () => {
    await steps.nextStep(page('chair'), 'sign-minutes');
    await expect(steps.by(page('chair'), 'page-1')).toContainText('BIÊN BẢN', { timeout: 60_000 });
    await shoot('chair', 'asked-to-sign');
    await steps.signMinutes(page('chair'));
  });
  await step('the sealed minutes reach every laptop', async () => {
    for (const who of ['secretary', 'chair', 'member', 'remote'] as const) {
      await steps.showPanel(page(who), 'minutes');
      await steps.haveSignedMinutes(page(who));
    }
    await shoot('member', 'signed-minutes');
  });
  await step('a member saves minutes and package, and verifies', async () => {
    const member = page('member');
    await laptops.member.answerSaveDialog(path.join(out, 'minutes.pdf'));
    await steps.by(member, 'save-minutes').click();
    await laptops.member.answerSaveDialog(path.join(out, 'meeting.phien'));
    await steps.by(member, 'meeting-menu').click();
    await steps.by(member, 'save-package').click();
    await expect(steps.by(member, 'notice').last()).toBeVisible({ timeout: 60_000 });
    await steps.by(member, 'leave-meeting').click();
    await steps.by(member, 'go-verify').click();
    await laptops.member.answerOpenDialog(path.join(out, 'minutes.pdf'));
    await steps.by(member, 'choose-file').click();
    await expect(steps.by(member, 'verdict')).toHaveAttribute('data-outcome', 'valid', { timeout: 60_000 });
    await shoot('member', 'verified');
  });
}
