import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, type Page } from '@playwright/test';

import { launchPhien, type Phien } from '../../tests/e2e/launch.ts';
import * as steps from '../../tests/e2e/steps.ts';
import type { DemoPlan, Role } from './plan.ts';

/** Everything stays on this computer: the four applications find each other over loopback only. */
const env = { PHIEN_DISCOVERY: 'loopback' };

interface Step {
  readonly name: string;
  readonly seconds: number;
}

type Laptops = Readonly<Record<Role, Phien>>;

/** Holds the meeting from the first start of four laptops to the sealed minutes; leaves minutes and package in `out`. */
export async function holdMeeting(options: {
  readonly plan: DemoPlan;
  readonly out: string;
  readonly screenshots: string;
  readonly say: (text: string) => void;
}): Promise<{ readonly steps: readonly Step[] }> {
  const { plan, out, say } = options;
  const done: Step[] = [];
  let shots = 0;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'phien-demo-'));
  const laptops: Partial<Record<Role, Phien>> = {};

  async function step(name: string, work: () => Promise<void>): Promise<void> {
    const began = performance.now();
    say(name);
    await work();
    done.push({ name, seconds: Math.round((performance.now() - began) / 100) / 10 });
  }

  async function shoot(who: Role, what: string): Promise<void> {
    shots += 1;
    const file = `${String(shots).padStart(2, '0')}-${who}-${what}.png`;
    await laptops[who]?.page.screenshot({ path: path.join(options.screenshots, file) });
  }

  const page = (who: Role): Page => {
    const laptop = laptops[who];
    if (!laptop) throw new Error(`the laptop of the ${who} is off`);
    return laptop.page;
  };

  try {
    await step('four laptops start', async () => {
      for (const who of ['secretary', 'chair', 'member', 'remote'] as const)
        laptops[who] = await launchPhien({ data: path.join(folder, who), env });
      await expect(steps.by(page('secretary'), 'door-organisation')).toBeVisible({ timeout: 30_000 });
      await shoot('secretary', 'first-start');
    });
    await enrolEverybody(plan, page, step, shoot);
    await prepare(plan, laptops as Laptops, page, step, shoot);
    await conduct(plan, page, step, shoot);
    await signAndHandOut(laptops as Laptops, out, page, step, shoot);
    return { steps: done };
  } catch (error) {
    for (const who of Object.keys(laptops) as Role[]) await shoot(who, 'when-it-failed').catch(() => undefined);
    for (const [who, laptop] of Object.entries(laptops)) {
      const log = await readFile(path.join(folder, who, 'logs', 'phien.log'), 'utf8').catch(() => '');
      const worth = log.split('\n').filter((line) => /"level":(40|50)/.test(line));
      say(`${who}: ${[laptop.output().trim().slice(-1000), ...worth.slice(-5)].join('\n')}`);
    }
    throw error;
  } finally {
    for (const laptop of Object.values(laptops)) await laptop.close().catch(() => undefined);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

type RunStep = (name: string, work: () => Promise<void>) => Promise<void>;
type Shoot = (who: Role, what: string) => Promise<void>;
type PageOf = (who: Role) => Page;

async function enrolEverybody(plan: DemoPlan, page: PageOf, step: RunStep, shoot: Shoot): Promise<void> {
  await step('the secretary sets up the organisation', async () => {
    const { name, position } = plan.people.secretary;
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
      if (who === 'chair') await shoot('chair', 'waiting-for-approval');
      await steps.approve(page('secretary'), name);
      await steps.enrolled(page(who));
    });
  }
  await shoot('secretary', 'people');
}

async function prepare(plan: DemoPlan, laptops: Laptops, page: PageOf, step: RunStep, shoot: Shoot): Promise<void> {
  const secretary = page('secretary');
  await step('the secretary prepares agenda, papers and motions', async () => {
    await steps.createMeeting(secretary, { title: plan.title, place: plan.place });
    await steps.addPeople(secretary, plan.people.chair.name);
    for (const [index, item] of plan.items.entries()) {
      await steps.addItem(secretary, index + 1, item.title, item.motions);
      if (item.papers.length === 0) continue;
      await laptops.secretary.answerOpenDialog(...item.papers);
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
        .toBeGreaterThanOrEqual(new Set(item.papers).size);
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

async function conduct(plan: DemoPlan, page: PageOf, step: RunStep, shoot: Shoot): Promise<void> {
  const present: Role[] = ['secretary', 'chair', 'member'];
  let item = -1;
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
            await steps.joinFound(page('remote'));
            await steps.checkIn(page('remote'), 'remote');
            present.push('remote');
            await shoot('remote', 'joined-late');
          }
        });
        continue;
      case 'show-paper':
        await step('the chair shows the paper, the others follow', async () => {
          await steps.nextStep(chair, what);
          await past(chair, what);
          await expect(steps.by(page('member'), 'page-1')).toBeVisible({ timeout: 60_000 });
          if (item === 0) await annotate(page, shoot);
        });
        continue;
      case 'give-floor':
        await step('the chair gives the floor', async () => {
          await steps.nextStep(chair, what);
          await past(chair, what);
          await shoot('member', 'speaking');
        });
        continue;
      case 'open-vote':
        await step('a vote', () => voteOn(page, present, shoot));
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
  await steps.showPanel(member, 'people');
  await steps.by(member, 'request-to-speak').click();
}

async function voteOn(page: PageOf, present: readonly Role[], shoot: Shoot): Promise<void> {
  const chair = page('chair');
  await steps.openVote(chair);
  await expect(steps.by(page('member'), 'vote-card')).toBeVisible({ timeout: 30_000 });
  await shoot('member', 'vote-card');
  for (const who of present) {
    if (who === 'chair') continue;
    await steps.vote(page(who), who === 'remote' ? 'other' : 'approve');
  }
  await steps.vote(chair, 'approve');
  await shoot('secretary', 'vote-under-way');
  await steps.closeVote(chair);
  await past(chair, 'close-vote');
  await shoot('chair', 'vote-result');
}

async function signAndHandOut(laptops: Laptops, out: string, page: PageOf, step: RunStep, shoot: Shoot): Promise<void> {
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
    await steps.showPanel(page('chair'), 'minutes');
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
