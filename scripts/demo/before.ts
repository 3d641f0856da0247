import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@playwright/test';

import * as steps from '../../tests/e2e/steps.ts';
import type { DemoPlan } from './plan.ts';
import type { Laptops, PageOf, RunStep, Shoot } from './stage.ts';

export async function enrolEverybody(plan: DemoPlan, page: PageOf, step: RunStep, shoot: Shoot): Promise<void> {
  await step('the secretary sets up the organisation', async () => {
    const { name, position } = plan.people.secretary;
    await steps.by(page('secretary'), 'door-organisation').click();
    await shoot('secretary', 'organisation-form');
    await page('secretary').reload();
    await steps.setUpOrganisation(page('secretary'), {
      name: plan.organisation,
      parent: plan.parent,
      person: name,
      position,
    });
    await shoot('secretary', 'home');
  });
  for (const who of ['chair', 'member', 'remote'] as const) {
    const { name, position } = plan.people[who];
    await step(`${name} is invited, asks and is let in`, async () => {
      const code = await steps.invite(page('secretary'), name, position);
      if (who === 'chair') await shoot('secretary', 'invitation');
      await steps.askToJoin(page(who), name, code);
      await expect(steps.by(page(who), 'own-fingerprint')).toBeVisible({ timeout: 60_000 });
      if (who === 'chair') await shoot('chair', 'waiting-for-approval');
      await steps.approve(page('secretary'), name);
      await steps.enrolled(page(who));
    });
  }
  await shoot('secretary', 'people');
}

export async function prepare(
  plan: DemoPlan,
  /** A folder for the secretary's files. */
  desk: string,
  laptops: Laptops,
  page: PageOf,
  step: RunStep,
  shoot: Shoot,
): Promise<void> {
  const secretary = page('secretary');
  await mkdir(desk, { recursive: true });
  await step('the secretary prepares agenda, papers and motions', async () => {
    await steps.createMeeting(secretary, { title: plan.title, place: plan.place });
    await steps.addPeople(secretary, plan.people.chair.name);
    for (const [index, item] of plan.items.entries()) {
      await steps.addItem(secretary, index + 1, item.title, item.motions);
      await steps.by(secretary, `item-presenter-${index + 1}`).fill(item.presenter);
      await steps.by(secretary, `item-presenter-${index + 1}`).blur();
      if (item.papers.length === 0) continue;
      const files: string[] = [];
      for (const { file, name } of item.papers) {
        if (name !== undefined) await copyFile(file, path.join(desk, name));
        files.push(name === undefined ? file : path.join(desk, name));
      }
      await laptops.secretary.answerOpenDialog(...files);
      const section = steps.by(secretary, `item-${index + 1}`);
      await steps.by(secretary, `add-papers-${index + 1}`).click();
      // Accepted ones appear, refused ones are named with their reason: either way each file is accounted for.
      await expect
        .poll(
          async () =>
            (await section.locator('[data-testid^="paper-"]').count()) +
            (await section.getByTestId('refused-paper').count()),
          { timeout: 120_000 },
        )
        .toBeGreaterThanOrEqual(new Set(files).size);
    }
    await shoot('secretary', 'prepared');
  });
  await step('convenes, and carries the meeting', async () => {
    await steps.convene(secretary);
    await steps.carry(secretary);
    await shoot('secretary', 'carrying');
    await steps.by(secretary, 'enter-meeting').click();
  });
  await step('chair and member find it on the network and join', async () => {
    await steps.by(page('chair'), 'go-home').click();
    await expect(steps.by(page('chair'), 'join-found').first()).toBeVisible({ timeout: 30_000 });
    await shoot('chair', 'found-on-the-network');
    await steps.joinFound(page('chair'));
    await steps.joinFound(page('member'));
    await shoot('member', 'asked-to-check-in');
  });
}
