import { expect } from '@playwright/test';

import * as steps from '../../tests/e2e/steps.ts';
import type { Role } from './plan.ts';
import type { Laptops, PageOf, RunStep, Shoot } from './stage.ts';

/** The screens that a meeting does not pass by itself: settings, English, dark, and the PIN after a restart. */
export async function lookAround(
  laptops: Laptops,
  page: PageOf,
  step: RunStep,
  shoot: Shoot,
  restart: (who: Role) => Promise<void>,
): Promise<void> {
  await step('settings, in English and dark', async () => {
    const member = page('member');
    await steps.by(member, 'go-settings').click();
    await shoot('member', 'settings');
    await steps.by(member, 'show-diagnostics').click();
    await expect(steps.by(member, 'database-state')).toBeVisible();
    await shoot('member', 'diagnostics');
    await steps.by(member, 'leave-diagnostics').click();
    await steps.by(member, 'language-en').click();
    await steps.by(member, 'theme-dark').click();
    await steps.by(member, 'go-home').click();
    await shoot('member', 'home-in-english-and-dark');
    await laptops.member.page.keyboard.press('Tab');
  });
  await step('a restart asks for the PIN and keeps all', async () => {
    await restart('remote');
    const remote = page('remote');
    await expect(steps.by(remote, 'unlock-pin')).toBeVisible({ timeout: 30_000 });
    await shoot('remote', 'unlock');
    await steps.unlocked(remote);
    await expect(remote.locator('[data-testid="enter-meeting"]').first()).toBeVisible({ timeout: 20_000 });
    await shoot('remote', 'past-meeting-after-restart');
  });
}
