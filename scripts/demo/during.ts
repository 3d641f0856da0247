import { expect, type Page } from '@playwright/test';

import type { Phien } from '../../tests/e2e/launch.ts';
import * as steps from '../../tests/e2e/steps.ts';
import type { DemoPlan, Role } from './plan.ts';
import type { Laptops, PageOf, RunStep, Shoot } from './stage.ts';

export async function conduct(
  plan: DemoPlan,
  laptops: Laptops,
  page: PageOf,
  step: RunStep,
  shoot: Shoot,
): Promise<void> {
  const present: Role[] = ['secretary', 'chair', 'member'];
  let item = -1;
  let annotated = false;
  await step('everybody in the room checks in', async () => {
    for (const who of present) await steps.checkIn(page(who));
  });
  const chair = page('chair');
  for (;;) {
    const next = chair.getByTestId('next-step');
    await expect(next).toBeVisible({ timeout: 30_000 });
    const what = await next.getAttribute('data-step');
    switch (what) {
      case 'call-quorum':
        await chair.waitForTimeout(200);
        continue;
      case 'open-item':
        item += 1;
        await step(`item ${item + 1} is opened`, async () => {
          await steps.nextStep(chair, what);
          await past(chair, what);
          if (item === 1) {
            await joinOnMeteredNetwork(page('remote'), shoot);
            present.push('remote');
          }
        });
        continue;
      case 'show-paper':
        await step('the chair shows the paper, the others follow', async () => {
          await steps.nextStep(chair, what);
          await past(chair, what);
          // A paper that the reader cannot show says so; the meeting goes on.
          const shown = steps.by(page('member'), 'page-1');
          await expect(shown.or(steps.by(page('member'), 'paper-failed')).first()).toBeVisible({ timeout: 90_000 });
          if (!annotated && (await shown.isVisible())) {
            annotated = true;
            await annotate(page, shoot);
          }
        });
        continue;
      case 'give-floor':
        await step('the chair gives the floor', async () => {
          await steps.nextStep(chair, what);
          await past(chair, what);
          await shoot('member', 'speaking');
          const room = await roomScreen(laptops.secretary);
          await expect(
            room.locator('[data-drawn="true"], [data-testid="paper-failed"], [data-testid="room-item"]').first(),
          ).toBeVisible({ timeout: 30_000 });
          await shoot('secretary', 'room-screen-with-speaker', room);
        });
        continue;
      case 'open-vote':
        await step('a vote', () => voteOn(laptops, page, present, shoot));
        continue;
      case 'conclude-item':
        await step('the item is concluded', async () => {
          await conclude(chair, what, plan.items[item]?.conclusion ?? 'Thống nhất.');
        });
        continue;
      case 'conclude-meeting':
        await conclude(chair, what, 'Cuộc họp thống nhất toàn bộ nội dung chương trình.');
        continue;
      case 'close-meeting':
        await step('the chair closes the meeting', async () => {
          await steps.nextStep(chair, what);
          await steps.by(chair, 'confirm-close-meeting').click();
          await past(chair, what);
        });
        return;
      case 'open-meeting':
      case 'end-floor':
        await step(what === 'open-meeting' ? 'the chair opens the meeting' : 'the speech ends', async () => {
          await steps.nextStep(chair, what);
          await past(chair, what);
        });
        continue;
      default:
        throw new Error(`the chair is asked for “${what}”, which this demonstration does not expect`);
    }
  }
}

/** Waits until the console offers something else. */
async function past(page: Page, step: string): Promise<void> {
  await expect(page.getByTestId('next-step')).not.toHaveAttribute('data-step', step, { timeout: 30_000 });
}

async function conclude(chair: Page, what: string, text: string): Promise<void> {
  await steps.nextStep(chair, what);
  await steps.by(chair, 'conclusion-text').fill(text);
  await steps.by(chair, 'save-conclusion').click();
  await past(chair, what);
}

/** Papers wait there until the person wants them; one that is opened says so. */
async function joinOnMeteredNetwork(remote: Page, shoot: Shoot): Promise<void> {
  await steps.by(remote, 'go-settings').click();
  await steps.by(remote, 'metered-yes').click();
  await steps.joinFound(remote);
  await steps.checkIn(remote, 'remote');
  await expect(steps.by(remote, 'papers-on-the-way')).toBeVisible({ timeout: 30_000 });
  await shoot('remote', 'joined-late');
  const read = steps.by(remote, 'read-now');
  if (!(await read.isVisible())) return;
  await read.click();
  await expect(steps.by(remote, 'fetch-this-paper')).toBeVisible({ timeout: 30_000 });
  await shoot('remote', 'paper-that-waits');
  await steps.by(remote, 'fetch-this-paper').click();
  await expect(steps.by(remote, 'papers-on-the-way')).toBeHidden({ timeout: 60_000 });
}

async function annotate(page: PageOf, shoot: Shoot): Promise<void> {
  const member = page('member');
  await steps.by(member, 'mode-shared').click();
  await steps.by(member, 'tool-pen').click();
  await steps.draw(member, { x: 0.2, y: 0.3 }, { x: 0.7, y: 0.35 });
  await steps.by(member, 'mode-private').click();
  await steps.draw(member, { x: 0.2, y: 0.6 }, { x: 0.6, y: 0.65 });
  await steps.by(member, 'tool-select').click();
  // The stroke has a moment to be seen on the others' screens.
  await page('secretary').waitForTimeout(800);
  await shoot('member', 'own-ink');
  await shoot('secretary', 'sees-shared-ink');
  await steps.showPanel(member, 'notes');
  await shoot('member', 'notes');
  await steps.by(page('member'), 'connection').click();
  await expect(steps.by(page('member'), 'connection-saved')).toBeVisible();
  // It fades in.
  await page('member').waitForTimeout(500);
  await shoot('member', 'who-has-the-changes');
  await page('member').keyboard.press('Escape');
  await expect(steps.by(page('member'), 'connection-details')).toBeHidden();
  await steps.showPanel(member, 'people');
  await steps.by(member, 'request-to-speak').click();
  await steps.showPanel(page('secretary'), 'board');
  await shoot('secretary', 'who-has-which-paper');
  await shoot('chair', 'somebody-asks-to-speak');
}

async function voteOn(laptops: Laptops, page: PageOf, present: readonly Role[], shoot: Shoot): Promise<void> {
  const chair = page('chair');
  await steps.openVote(chair);
  await expect(steps.by(page('member'), 'vote-card')).toBeVisible({ timeout: 30_000 });
  await shoot('member', 'vote-card');
  const room = await roomScreen(laptops.secretary);
  for (const who of present) {
    if (who === 'chair') continue;
    await steps.vote(page(who), who === 'remote' ? 'other' : 'approve');
  }
  await shoot('secretary', 'vote-under-way');
  await shoot('secretary', 'room-screen-during-vote', room);
  await steps.vote(chair, 'approve');
  await steps.closeVote(chair);
  await past(chair, 'close-vote');
  await shoot('chair', 'vote-result');
  await shoot('secretary', 'room-screen-with-result', room);
}

/** The window for the projector; opened once, then brought forward. */
async function roomScreen(laptop: Phien): Promise<Page> {
  const known = laptop.app.windows().find((window) => window.url().includes('window=room'));
  if (known) return known;
  const later = steps.by(laptop.page, 'vote-later');
  if (await later.isVisible()) await later.click();
  await steps.by(laptop.page, 'console-more').click();
  const [opened] = await Promise.all([
    laptop.app.waitForEvent('window'),
    steps.by(laptop.page, 'open-room-screen').click(),
  ]);
  await opened.waitForLoadState('load');
  await expect(opened.getByTestId('room-screen')).toBeVisible({ timeout: 20_000 });
  const card = steps.by(laptop.page, 'open-vote-card');
  if (await card.isVisible()) await card.click();
  return opened;
}
