import { expect, test, type Locator, type Page } from '@playwright/test';

import { lookWithAxe } from './axe.ts';
import { CHAIR, MEMBER, openOffice, ORGANISATION, SECRETARY, type Laptop, type Office } from './laptops.ts';
import { RESOLUTION } from './papers.ts';
import * as steps from './steps.ts';

const { by } = steps;
type Language = 'vi' | 'en';
const LANGUAGES: readonly Language[] = ['vi', 'en'];
const MOTION = 'Thông qua nghị quyết.';

/** Before there is a settings screen: as the setting stands when the window opens. */
async function reopenIn(page: Page, language: Language): Promise<void> {
  await page.evaluate((value) => window.phien.request('settings.set', { language: value }), language);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', language);
}

/** Walks by Tab from where the focus is until `wanted` has it, as somebody without a mouse does. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('not reached by 80 presses of Tab');
}

test.describe.serial('for everybody', () => {
  let office: Office;
  let secretary: Laptop;
  let chair: Laptop;
  let member: Laptop;
  const axe = lookWithAxe();

  test.beforeAll(async () => {
    office = await openOffice();
    secretary = await office.add(SECRETARY);
    chair = await office.add(CHAIR);
    member = await office.add(MEMBER);
    await Promise.all(office.laptops.map((laptop) => laptop.start()));
  });
  test.afterAll(() => office.close());
  // oxlint-disable-next-line no-empty-pattern
  test.afterEach(({}, info) => office.photograph(info));

  test('first start, setting up, enrolling', async () => {
    const { page } = member;
    for (const language of LANGUAGES) {
      await reopenIn(page, language);
      await axe.at(page, `first start, ${language}`);
      await by(page, 'door-organisation').click();
      await by(page, 'pin').fill('12');
      await expect(by(page, 'still-missing')).toContainText('PIN');
      await axe.at(page, `setting up, ${language}`);
      await reopenIn(page, language);
      await by(page, 'door-invited').click();
      await axe.at(page, `enrolling by code, ${language}`);
      await by(page, 'with-file').click();
      await axe.at(page, `enrolling by file, ${language}`);
    }
    await reopenIn(page, 'vi');
    await reopenIn(chair.page, 'en');

    await steps.setUpOrganisation(secretary.page, ORGANISATION);
    const code = await steps.invite(secretary.page, CHAIR, 'Chủ tịch');
    await steps.askToJoin(chair.page, CHAIR, code);
    await expect(by(secretary.page, 'enrolment-request')).toBeVisible({ timeout: 30_000 });
    await axe.at(secretary.page, 'a request to approve');
    await expect(by(chair.page, 'own-fingerprint')).toHaveText(
      (await by(secretary.page, 'request-fingerprint').textContent()) ?? '',
    );
    await axe.at(chair.page, 'waiting for approval');
    await steps.approve(secretary.page, CHAIR);
    await steps.enrolled(chair.page);
    await steps.enrol(secretary.page, member.page, MEMBER, 'Phó Chủ tịch');
  });

  test('the sample meeting of the first start, and the way back', async () => {
    const newcomer = await office.add('Người mới');
    await newcomer.start();
    await by(newcomer.page, 'door-sample').click();
    await expect(by(newcomer.page, 'happening')).toBeVisible({ timeout: 30_000 });
    await newcomer.page.locator('nav [data-testid^="paper-"]').first().click();
    await expect(by(newcomer.page, 'page-1')).toHaveAttribute('data-drawn', 'true', { timeout: 30_000 });
    await axe.at(newcomer.page, 'sample meeting, vi');
    await by(newcomer.page, 'leave-meeting').click();
    await expect(by(newcomer.page, 'door-invited')).toBeVisible();
    await newcomer.stop();
  });

  test('unlocking', async () => {
    await chair.stop();
    await chair.start();
    for (const language of LANGUAGES) {
      await reopenIn(chair.page, language);
      await expect(by(chair.page, 'unlock-pin')).toBeFocused();
      await axe.at(chair.page, `unlocking, ${language}`);
    }
    await by(chair.page, 'show-diagnostics').click();
    await expect(by(chair.page, 'database-state')).toContainText('Sound');
    await axe.at(chair.page, 'diagnostics while locked, en');
    await by(chair.page, 'leave-diagnostics').click();
    await expect(by(chair.page, 'unlock-pin')).toBeFocused();
    // By keyboard alone: the field has the focus, Enter sends.
    await chair.page.keyboard.type(steps.PIN);
    await chair.page.keyboard.press('Enter');
    await expect(by(chair.page, 'go-home')).toBeVisible({ timeout: 30_000 });
  });

  test('a forgotten PIN: the secretary gives a new key, and the laptop stays that of the same person', async () => {
    await member.stop();
    await member.start();
    const { page } = member;
    await by(page, 'forgot-pin').click();
    await expect(by(page, 'forgotten-pin')).toContainText('không ai lấy lại được');
    await axe.at(page, 'a forgotten PIN, vi');

    await by(secretary.page, 'go-people').click();
    const row = by(secretary.page, 'members').locator('tr', { hasText: MEMBER });
    await row.getByTestId('renew-member').click();
    await axe.at(secretary.page, 'a new key for somebody, vi');
    await by(secretary.page, 'make-renewal').click();
    await by(page, 'invitation-code').fill((await by(secretary.page, 'invitation-code-shown').textContent()) ?? '');
    await by(page, 'newPin').fill(steps.PIN);
    await by(page, 'newPin-again').fill(steps.PIN);
    await by(page, 'send-request').click();
    await expect(by(secretary.page, 'enrolment-request')).toContainText(`Cấp lại khóa cho ${MEMBER}`);
    await axe.at(secretary.page, 'a request for a new key, vi');
    await steps.approve(secretary.page, MEMBER);
    await steps.enrolled(page);
    await expect(row).toHaveCount(1);
  });

  test('home, people, preparing, settings, verifying', async () => {
    const { page } = secretary;
    await steps.createMeeting(page, { title: 'Cuộc họp cho mọi người', place: 'Phòng họp số 4' });
    await steps.addPeople(page, CHAIR);
    await steps.addItem(page, 1, 'Dự thảo nghị quyết', [MOTION]);
    await secretary.phien.answerOpenDialog(RESOLUTION);
    await by(page, 'add-papers-1').click();
    await expect(by(page, 'item-1')).toContainText('du-thao');
    await steps.convene(page);
    await steps.carry(page);
    for (const language of ['en', 'vi'] as const) {
      await by(page, 'go-settings').click();
      await by(page, `language-${language}`).click();
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await axe.at(page, `settings, ${language}`);
      await by(page, 'change-pin').click();
      await axe.at(page, `changing the PIN, ${language}`);
      await page.keyboard.press('Escape');
      await expect(by(page, 'old-pin')).toBeHidden();
      await by(page, 'go-home').click();
      await axe.at(page, `home, ${language}`);
      await by(page, 'prepare-meeting').click();
      await expect(by(page, 'item-1')).toBeVisible();
      await axe.at(page, `preparing, ${language}`);
      await by(page, 'go-people').click();
      await axe.at(page, `people, ${language}`);
      await by(page, 'invite').click();
      await axe.at(page, `inviting, ${language}`);
      await page.keyboard.press('Escape');
      await expect(by(page, 'make-invitation')).toBeHidden();
      await secretary.phien.answerOpenDialog(RESOLUTION);
      await steps.verify(page);
      await axe.at(page, `verifying, ${language}`);
    }
    await by(page, 'go-home').click();
    await by(page, 'enter-meeting').first().click();
  });

  test('changes that are only here: the line, the details by keyboard, the card', async () => {
    const { page } = secretary;
    const line = by(page, 'connection');
    await expect(line).toHaveAttribute('data-saved', 'only-here');
    await expect(line).toContainText('Máy này duy trì cuộc họp (1 người)');
    await expect(line).toContainText(/Chỉ có ở máy này từ \d\d:\d\d/);
    await line.focus();
    await page.keyboard.press('Enter');
    await expect(by(page, 'connection-saved')).toContainText(/\d+ thay đổi của anh\/chị mới chỉ nằm ở máy này, từ/);
    await axe.at(page, 'connection of a host alone, vi');
    await page.keyboard.press('Escape');
    await expect(by(page, 'connection-details')).toBeHidden();
    await expect(line).toBeFocused();
    await by(page, 'leave-meeting').click();
    await expect(by(page, 'only-here')).toContainText(/chỉ có ở máy này từ \d\d:\d\d/);
    await axe.at(page, 'home with changes that are only here, vi');
    await by(page, 'enter-meeting').first().click();
  });

  test('papers that wait on a metered network, and the board that says so', async () => {
    await by(member.page, 'go-settings').click();
    await by(member.page, 'metered-yes').click();
    await by(member.page, 'go-home').click();
    await Promise.all([steps.joinFound(chair.page), steps.joinFound(member.page)]);
    await expect(by(member.page, 'papers-pace')).toContainText('mạng tính cước', { timeout: 30_000 });
    await axe.at(member.page, 'papers that wait, vi');
    await steps.showPanel(secretary.page, 'board');
    await expect(by(secretary.page, 'papers-board')).toContainText('Quàng Thị Ví Dụ: chưa nhận · đang tạm dừng');
    await axe.at(secretary.page, 'board with a laptop that waits, vi');
    // Opened meanwhile, it says why it waits, and offers the way on.
    await member.page.locator('nav [data-testid^="paper-"]').first().click();
    await expect(by(member.page, 'paper-coming')).toContainText('mạng tính cước');
    await axe.at(member.page, 'a paper that waits, vi');
    await by(member.page, 'fetch-this-paper').click();
    await expect(by(member.page, 'page-1')).toHaveAttribute('data-drawn', 'true', { timeout: 30_000 });
    await by(member.page, 'close-tab').click();
    await expect(by(member.page, 'papers-on-the-way')).toBeHidden();
    await expect(by(secretary.page, 'papers-board')).toContainText('3/3 máy đã nhận đủ', { timeout: 30_000 });
  });

  test('checking in by keyboard alone', async () => {
    await expect(by(member.page, 'check-in')).toBeVisible();
    await axe.at(member.page, 'a member before checking in, vi');
    await tabTo(member.page, by(member.page, 'check-in'));
    await member.page.keyboard.press('Enter');
    await expect(by(member.page, 'check-in')).toBeHidden();
    await expect(by(chair.page, 'quorum')).toContainText('1/3');
    await by(chair.page, 'open-without-quorum').click();
    await expect(chair.page.getByText('1 of 3 members have checked in')).toBeVisible();
    await axe.at(chair.page, 'opening without a quorum, en');
    await chair.page.keyboard.press('Escape');
    await expect(by(chair.page, 'confirm-open-without-quorum')).toBeHidden();
    await steps.checkIn(secretary.page);
    await steps.checkIn(chair.page);
  });

  test('all saved on three laptops, said on each; from there to the diagnostics and back', async () => {
    for (const [{ page }, words] of [
      [secretary, 'Mọi thay đổi đã lưu trên 3 máy'],
      [member, 'Mọi thay đổi đã lưu trên 3 máy'],
      [chair, 'All saved on 3 laptops'],
    ] as const)
      await expect(by(page, 'connection')).toContainText(words, { timeout: 30_000 });
    const { page } = member;
    await expect(by(page, 'connection')).toContainText(`Máy của ${SECRETARY} duy trì cuộc họp`);
    await by(page, 'connection').click();
    await expect(by(page, 'connection-online')).toContainText(SECRETARY);
    await expect(by(page, 'connection-online')).toContainText(`${MEMBER} (anh/chị)`);
    await expect(by(page, 'connection-addresses')).toContainText(/127\.0\.0\.1:\d+/);
    await axe.at(page, 'connection of a member, vi');
    await by(page, 'go-diagnostics').click();
    await expect(page.getByText('Đồng hồ khớp với máy duy trì cuộc họp')).toBeVisible();
    await by(page, 'check-database').click();
    await expect(by(page, 'database-state')).toContainText('Nguyên vẹn');
    await axe.at(page, 'diagnostics, vi');
    await by(page, 'copy-diagnostics').click();
    await expect(by(page, 'notice')).toBeVisible();
    const copied = await member.phien.app.evaluate(({ clipboard }) => clipboard.readText());
    expect(copied).toMatch(/^Phiên \d+\.\d+\.\d+/);
    expect(copied).toContain('link: member connected since');
    expect(copied).not.toContain('?');
    const ids = await page.evaluate(async () => {
      const meetings = await window.phien.request('meetings.list', {});
      const status = await window.phien.request('app.status', {});
      return JSON.stringify([meetings, status]).match(/[a-z2-7]{26}|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}/g) ?? [];
    });
    expect(ids.length).toBeGreaterThan(1);
    const secrets = [SECRETARY, CHAIR, MEMBER, ORGANISATION.name, steps.PIN, member.data, 'Cuộc họp', 'nghị quyết'];
    for (const secret of [...secrets, ...ids]) expect(copied).not.toContain(secret);
    await by(page, 'show-report').click();
    await expect(by(page, 'diagnostics')).toHaveValue(/Phiên \d/);
    await by(page, 'leave-diagnostics').click();
    await expect(by(page, 'happening')).toBeVisible();

    await by(chair.page, 'leave-meeting').click();
    await by(chair.page, 'go-settings').click();
    await by(chair.page, 'show-diagnostics').click();
    await expect(by(chair.page, 'database-state')).toContainText('Sound');
    await axe.at(chair.page, 'diagnostics, en');
    await by(chair.page, 'leave-diagnostics').click();
    await by(chair.page, 'go-home').click();
    await by(chair.page, 'enter-meeting').first().click();
    await expect(by(chair.page, 'happening')).toBeVisible();
  });

  test('the meeting, its panels and a paper, as office and as member', async () => {
    await steps.nextStep(chair.page, 'open-meeting');
    await steps.nextStep(chair.page, 'open-item');
    await steps.nextStep(chair.page, 'show-paper');
    await expect(by(member.page, 'page-1')).toHaveAttribute('data-drawn', 'true', { timeout: 30_000 });
    for (const panel of ['people', 'notes', 'votes', 'minutes', 'board'] as const) {
      await steps.showPanel(chair.page, panel);
      await axe.at(chair.page, `meeting of the chair with ${panel}, en`);
      await steps.showPanel(secretary.page, panel);
      await axe.at(secretary.page, `meeting of the secretary with ${panel}, vi`);
    }
    await steps.showPanel(secretary.page, 'minutes');
    await by(secretary.page, 'preview-minutes').click();
    await expect(by(secretary.page, 'minutes-preview')).toBeVisible();
    await axe.at(secretary.page, 'preview of the minutes, vi');
    await by(member.page, 'open-find').click();
    await by(member.page, 'toggle-thumbnails').click();
    await by(member.page, 'toggle-notes').click();
    await steps.takeTool(member.page, 'pen');
    await axe.at(member.page, 'reading with everything open, vi');
    await by(chair.page, 'console-more').click();
    await axe.at(chair.page, 'menu of the chair, en');
    await chair.page.keyboard.press('Escape');
  });

  test('voting by keyboard alone; nothing stays hidden from screen readers afterwards', async () => {
    await steps.nextStep(chair.page, 'open-vote');
    await expect(by(chair.page, 'motion-text')).toHaveValue(MOTION);
    await axe.at(chair.page, 'opening a vote, en');
    await by(chair.page, 'open-vote').click();
    for (const [laptop, language] of [
      [member, 'vi'],
      [chair, 'en'],
    ] as const) {
      await expect(by(laptop.page, 'vote-card')).toBeVisible();
      await axe.at(laptop.page, `vote card, ${language}`);
    }
    await tabTo(member.page, by(member.page, 'vote-approve'));
    await member.page.keyboard.press('Enter');
    await expect(by(member.page, 'confirm-vote')).toBeFocused();
    await axe.at(member.page, 'confirming a vote, vi');
    await member.page.keyboard.press('Enter');
    await expect(by(member.page, 'vote-receipt')).toBeVisible();
    await expect(member.page.getByRole('navigation')).toContainText('Dự thảo nghị quyết');

    await chair.page.keyboard.press('2');
    await expect(by(chair.page, 'confirm-vote')).toBeFocused();
    await chair.page.keyboard.press('Enter');
    await expect(by(chair.page, 'vote-receipt')).toBeVisible();
    // The card is still closing: the rest of the window comes back when it has gone.
    await expect(by(chair.page, 'vote-card')).toHaveCount(0);
    await expect(chair.page.getByRole('navigation')).toContainText('Dự thảo nghị quyết');
    await axe.at(chair.page, 'a running vote, en');
  });

  test('the room screen, the result, dark colours', async () => {
    const opening = chair.phien.app.waitForEvent('window');
    await by(chair.page, 'console-more').click();
    await by(chair.page, 'open-room-screen').click();
    const room = await opening;
    await expect(by(room, 'room-vote')).toBeVisible();
    await expect(by(room, 'room-title')).toHaveText('Item 1: Dự thảo nghị quyết');
    await axe.at(room, 'room screen during a vote, en');
    await steps.vote(secretary.page, 'approve');
    await steps.closeVote(chair.page);
    await expect(by(room, 'room-vote')).toBeHidden();
    await axe.at(room, 'room screen, en');
    await room.close();
    await steps.nextStep(chair.page, 'conclude-item');
    await expect(by(chair.page, 'conclusion-text')).toBeVisible();
    await axe.at(chair.page, 'concluding, en');
    await chair.page.keyboard.press('Escape');
    await expect(by(chair.page, 'conclusion-text')).toBeHidden();
    const openingOther = secretary.phien.app.waitForEvent('window');
    await by(secretary.page, 'console-more').click();
    await by(secretary.page, 'open-room-screen').click();
    const other = await openingOther;
    await expect(by(other, 'room-screen')).toBeVisible();
    await axe.at(other, 'room screen, vi');
    // It follows the language of the working window.
    await by(secretary.page, 'leave-meeting').click();
    await by(secretary.page, 'go-settings').click();
    await by(secretary.page, 'language-en').click();
    await expect(other.locator('html')).toHaveAttribute('lang', 'en');
    await other.close();
    await steps.showPanel(member.page, 'votes');
    await expect(by(member.page, 'vote-result')).toBeVisible();
    await axe.at(member.page, 'a result, vi');

    await by(member.page, 'leave-meeting').click();
    await by(member.page, 'go-settings').click();
    await by(member.page, 'theme-dark').click();
    // The colours change when the engine has kept the choice.
    await expect(member.page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await axe.at(member.page, 'settings, dark');
    await by(member.page, 'go-home').click();
    await axe.at(member.page, 'home, dark');
    await by(member.page, 'enter-meeting').first().click();
    await expect(by(member.page, 'happening')).toBeVisible();
    await axe.at(member.page, 'meeting, dark');

    // With letters twice as large, who has the changes is still said in full.
    await by(member.page, 'leave-meeting').click();
    await by(member.page, 'go-settings').click();
    await by(member.page, 'text-scale').focus();
    await member.page.keyboard.press('End');
    await by(member.page, 'go-home').click();
    await by(member.page, 'enter-meeting').first().click();
    await expect(by(member.page, 'connection')).toContainText('Mọi thay đổi đã lưu trên');
    const cut = await by(member.page, 'connection').evaluate((line) => {
      const words = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      for (let text = words.nextNode(); text !== null; text = words.nextNode()) {
        if (!text.textContent?.includes('Mọi thay đổi')) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const [said, room] = [range.getBoundingClientRect(), line.getBoundingClientRect()];
        return said.left < room.left || said.right > room.right || said.bottom > room.bottom || room.right > innerWidth;
      }
      return true;
    });
    expect(cut).toBe(false);
    await axe.at(member.page, 'meeting, letters of 200 %');
  });

  test('no screen had anything serious', () => {
    expect(axe.screens.length).toBeGreaterThan(40);
    expect(axe.violations).toEqual([]);
  });
});
