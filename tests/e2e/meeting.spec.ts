import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';

import { hasTool, judge } from '../fixtures/judges.ts';
import { CHAIR, MEMBER, openOffice, ORGANISATION, SECRETARY, type Laptop, type Office } from './laptops.ts';
import { REPORT, RESOLUTION, writeBadPapers } from './papers.ts';
import * as steps from './steps.ts';

const { by } = steps;
const FIRST = 'Báo cáo kinh tế - xã hội mười tháng';
const SECOND = 'Dự thảo nghị quyết';
const MOTION = 'Thông qua báo cáo kinh tế - xã hội mười tháng đầu năm.';
const CONCLUSION = 'Thống nhất thông qua báo cáo; giao Văn phòng hoàn thiện trong tuần.';
const WORDING = 'Đề nghị gửi biên bản trong ngày.';
const TEXT = 'Ủy viên đề nghị bổ sung số liệu về đường bản.';

test.describe.serial('one meeting on three laptops', () => {
  let office: Office;
  let secretary: Laptop;
  let chair: Laptop;
  let member: Laptop;
  const everybody = (): Laptop[] => [secretary, chair, member];
  const onAll = (work: (page: Page) => Promise<unknown>) => Promise.all(everybody().map(({ page }) => work(page)));

  test.beforeAll(async () => {
    office = await openOffice();
    secretary = await office.add(SECRETARY);
    chair = await office.add(CHAIR);
    member = await office.add(MEMBER);
    await Promise.all(everybody().map((laptop) => laptop.start()));
  });
  test.afterAll(() => office.close());
  // oxlint-disable-next-line no-empty-pattern
  test.afterEach(({}, info) => office.photograph(info));

  test('an organisation is set up; a person enrols with a code', async () => {
    await steps.setUpOrganisation(secretary.page, ORGANISATION);
    // Whoever is alone in it reads what to do first.
    await by(secretary.page, 'invite-first').click();
    await expect(by(secretary.page, 'invite')).toBeVisible();
    await steps.enrol(secretary.page, chair.page, CHAIR, 'Chủ tịch');
    await expect(by(secretary.page, 'invitation')).toHaveCount(0);
    await by(secretary.page, 'go-home').click();
    await expect(by(secretary.page, 'open-sample')).toBeVisible();
    await expect(by(secretary.page, 'invite-first')).toHaveCount(0);
  });

  test('a restart keeps people, keys, the PIN and invitations; a person enrols with a file from before', async () => {
    const file = path.join(office.desk, 'lời mời.phien-invite');
    await secretary.phien.answerSaveDialog(file);
    await steps.inviteByFile(secretary.page, MEMBER, 'Phó Chủ tịch');

    await Promise.all([secretary, chair].map((laptop) => laptop.stop().then(() => laptop.start())));
    await steps.unlock(chair.page, '000000');
    await expect(by(chair.page, 'failure')).toHaveText('Mã PIN không đúng.');
    await Promise.all([steps.unlocked(chair.page), steps.unlocked(secretary.page)]);

    await member.phien.answerOpenDialog(file);
    await steps.askToJoinByFile(member.page, MEMBER);
    await steps.approve(secretary.page, MEMBER);
    await steps.enrolled(member.page);
    for (const name of [SECRETARY, CHAIR, MEMBER]) await expect(by(secretary.page, 'members')).toContainText(name);
  });

  test('the meeting is prepared; a broken file is named and refused, the good one beside it stays', async () => {
    const { page } = secretary;
    await steps.createMeeting(page, { title: 'Phiên họp thường kỳ tháng 11', place: 'Phòng họp số 1' });
    await steps.addPeople(page, CHAIR);
    await steps.addItem(page, 1, SECOND);
    await steps.addItem(page, 2, FIRST, [MOTION]);

    const bad = await writeBadPapers(office.desk);
    await secretary.phien.answerOpenDialog(bad.broken, REPORT);
    await by(page, 'add-papers-2').click();
    const refused = by(page, 'refused-paper');
    await expect(refused).toHaveText(/“Báo cáo hỏng\.pdf”.*bị hỏng/);
    await expect(by(page, 'item-2').locator('[data-testid^="paper-"]')).toHaveCount(1);
    await expect(by(page, 'item-2')).toContainText('bao-cao-kinh-te-xa-hoi');
    await steps.dropFiles(page, by(page, 'drop-papers-1'), [RESOLUTION]);
    await expect(by(page, 'item-1')).toContainText('du-thao-nghi-quyet');

    // Order by the mouse, by Alt and an arrow, by the buttons.
    await by(page, 'item-2')
      .locator('[draggable=true]')
      .dragTo(by(page, 'item-1'), { targetPosition: { x: 40, y: 5 } });
    await expect(by(page, 'item-title-1')).toHaveValue(FIRST);
    await by(page, 'item-title-1').focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect(by(page, 'item-title-1')).toHaveValue(SECOND);
    await by(page, 'item-title-2').focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect(by(page, 'item-title-1')).toHaveValue(FIRST);
    await expect(by(page, 'item-title-1')).toBeFocused();
    await by(page, 'item-down-1').press('Enter');
    await expect(by(page, 'item-title-1')).toHaveValue(SECOND);
    await by(page, 'item-up-2').press('Enter');
    await expect(by(page, 'item-title-1')).toHaveValue(FIRST);
    await expect(by(page, 'item-1').locator('[data-testid^="paper-"]')).toHaveCount(1);

    const successors = by(page, 'successor');
    await expect(successors).toHaveText([`1. ${SECRETARY}`, `2. ${CHAIR}`, `3. ${MEMBER}`]);
    await by(page, 'successor-up-2').press('Enter');
    await expect(successors).toHaveText([`1. ${SECRETARY}`, `2. ${MEMBER}`, `3. ${CHAIR}`]);
    await by(page, 'successors-default').click();
    await expect(successors).toHaveText([`1. ${SECRETARY}`, `2. ${CHAIR}`, `3. ${MEMBER}`]);
    // The page is long: its end leads back to what it ends with.
    await by(page, 'to-convene').click();
    await expect(by(page, 'convene')).toBeFocused();
    await expect(by(page, 'convene')).toBeInViewport();
    await steps.convene(page);
    await expect(by(page, 'to-convene')).toBeHidden();
  });

  test('a meeting that was convened asks to be summoned for anew when its place has changed, and not before', async () => {
    const { page } = secretary;
    await expect(by(page, 'convene')).toBeDisabled();
    await by(page, 'meeting-place').fill('Hội trường');
    await page.keyboard.press('Tab');
    await expect(by(page, 'convened')).toContainText('Cập nhật triệu tập');
    await by(page, 'convene').click();
    await expect(by(page, 'convened')).toHaveText('Đã triệu tập');
    await expect(by(page, 'convene')).toBeDisabled();
  });

  test('one laptop carries it; others join by what they see or by typing the address, and get the papers', async () => {
    await steps.carry(secretary.page);
    const address = await steps.hostAddress(secretary.page);
    await by(secretary.page, 'enter-meeting').click();
    await Promise.all([steps.joinFound(chair.page), steps.joinByAddress(member.page, address)]);
    await onAll((page) =>
      expect(page.locator('[data-testid^="paper-"][data-state="here"]')).toHaveCount(2, { timeout: 30_000 }),
    );
    // The board counts signed receipts of all three.
    const board = await steps.showPanel(secretary.page, 'board');
    await expect(board.locator('[data-testid^="board-"]')).toHaveCount(2);
    for (const paper of await board.locator('[data-testid^="board-"]').all()) await expect(paper).toContainText('3/3');
  });

  test('people check in, the quorum is met, the meeting and its first item open', async () => {
    await steps.showPanel(secretary.page, 'people');
    await expect(by(member.page, 'quorum')).toContainText('0/3');
    await steps.checkIn(secretary.page);
    await expect(by(member.page, 'quorum')).toContainText('1/3');
    await steps.checkIn(chair.page);
    await onAll((page) => expect(by(page, 'quorum')).toContainText('2/3'));
    await steps.checkIn(member.page, 'remote');
    await onAll((page) => expect(by(page, 'quorum')).toContainText('3/3'));

    await steps.nextStep(chair.page, 'open-meeting');
    // The chair's words before the first item.
    const people = await steps.showPanel(secretary.page, 'people');
    const row = people.locator('[data-testid^="attendance-"]').filter({ hasText: CHAIR });
    await row.locator('[data-testid^="record-"]').click();
    await by(secretary.page, 'record-give-floor').click();
    await people.getByTestId('end-floor').click();
    await expect(by(chair.page, 'speaker-timer')).toBeHidden();
    await steps.nextStep(chair.page, 'open-item');
    await onAll((page) => expect(by(page, 'happening')).toContainText(FIRST));
  });

  test('a shown paper comes up at the others, who follow its pages, leave and return', async () => {
    await steps.nextStep(chair.page, 'show-paper');
    await onAll((page) => expect(by(page, 'page-1')).toHaveAttribute('data-drawn', 'true', { timeout: 30_000 }));
    const onPage = (page: Page, number: number) =>
      expect(by(page, 'paper-reader')).toHaveAttribute('data-page', String(number));
    await by(chair.page, 'page-box').fill('4');
    await by(chair.page, 'page-box').press('Enter');
    await onAll((page) => onPage(page, 4));
    await expect(by(member.page, 'following')).toContainText(CHAIR);
    // Who is also of the chair's office is not asked to show it again.
    await expect(by(secretary.page, 'next-step')).toHaveAttribute('data-step', 'open-vote');

    await by(member.page, 'next-page').click();
    await by(member.page, 'next-page').click();
    await onPage(member.page, 6);
    await expect(by(member.page, 'return-to-presenter')).toBeVisible();
    await onPage(secretary.page, 4);
    await by(member.page, 'return-to-presenter').click();
    await onPage(member.page, 4);
    await by(member.page, 'leave-presenter').click();
    await by(member.page, 'return-to-presenter').click();
    await by(chair.page, 'next-page').click();
    await onAll((page) => onPage(page, 5));
  });

  test('a member asks for the floor and gets it, with a clock that all see', async () => {
    await by(member.page, 'request-to-speak').click();
    await steps.nextStep(chair.page, 'give-floor');
    await onAll(async (page) => {
      await expect(by(page, 'speaker-timer')).toContainText(MEMBER);
      await expect(by(page, 'speaker-timer')).toContainText(/còn [45]:\d\d/);
    });
    await steps.nextStep(chair.page, 'end-floor');
    await onAll((page) => expect(by(page, 'speaker-timer')).toBeHidden());
  });

  test('a vote: card, number keys, receipt, who is missing, and one result in all windows', async () => {
    // A dialog that a menu opened gives the focus back to what opened the menu.
    await by(chair.page, 'console-more').press('Enter');
    await by(chair.page, 'console-open-vote').press('Enter');
    await expect(by(chair.page, 'motion-text')).toBeFocused();
    await chair.page.keyboard.press('Escape');
    await expect(by(chair.page, 'console-more')).toBeFocused();

    await steps.openVote(chair.page);
    await onAll((page) => expect(by(page, 'vote-text')).toHaveText(MOTION));
    await steps.vote(chair.page, 'approve');
    await expect(by(chair.page, 'vote-receipt')).toHaveText(/[0-9a-f]{8}/);

    await member.page.keyboard.press('1');
    await expect(by(member.page, 'confirm-vote')).toBeFocused();
    await member.page.keyboard.press('Enter');
    await expect(by(member.page, 'vote-receipt')).toHaveText(/[0-9a-f]{8}/);

    await expect(by(chair.page, 'vote-progress')).toContainText('2/3');
    await expect(by(chair.page, 'not-voted')).toContainText(SECRETARY);
    await expect(by(chair.page, 'not-voted')).not.toContainText(MEMBER);
    // Before a vote closes nobody is shown its result.
    await expect(by(member.page, 'vote-arithmetic')).toHaveCount(0);
    await steps.vote(secretary.page, 'reject');
    await expect(by(chair.page, 'vote-progress')).toContainText('3/3');
    await steps.closeVote(chair.page);

    await onAll((page) => steps.showPanel(page, 'votes'));
    await onAll((page) => expect(by(page, 'vote-verdict')).toHaveAttribute('data-passed', 'true'));
    const results = await onAll((page) => by(page, 'vote-arithmetic').textContent());
    expect(results[0]).toContain('2');
    expect(new Set(results).size).toBe(1);
  });

  test('the conclusion and the minutes appear at everybody; facts cannot be typed over', async () => {
    await steps.concludeItem(chair.page, CONCLUSION);
    await onAll((page) => expect(page.locator('nav')).toContainText(CONCLUSION));

    const writing = await steps.showPanel(secretary.page, 'minutes');
    const reading = await steps.showPanel(member.page, 'minutes');
    const text = writing.locator('[data-testid^="minutes-text-"]').first();
    await text.click();
    await secretary.page.keyboard.type(TEXT);
    await expect(reading).toContainText(TEXT);
    // A member with a vote proposes wording beside the secretary.
    await reading.getByTestId('minutes-text-closing').click();
    await member.page.keyboard.type(WORDING);
    await expect(writing.getByTestId('minutes-text-closing')).toContainText(WORDING);

    const fact = writing.getByText(CONCLUSION);
    const before = await fact.textContent();
    await fact.click();
    await secretary.page.keyboard.type('9999');
    await expect(fact).toHaveText(before ?? '');
    expect(await fact.evaluate((element) => (element as HTMLElement).isContentEditable)).toBe(false);
    await by(secretary.page, 'preview-minutes').click();
    const preview = secretary.page.frameLocator('[data-testid="minutes-preview"]').locator('body');
    await expect(preview).toContainText(TEXT);
    await expect(preview).toContainText(CONCLUSION);
  });

  test('[ATT-6] who leaves early is recorded as that, with the time, and all see who is still here', async () => {
    const { page } = secretary;
    const people = await steps.showPanel(page, 'people');
    const leaver = people.locator('[data-testid^="attendance-"]').filter({ hasText: MEMBER });
    const record = async (line: string): Promise<void> => {
      await leaver.locator('[data-testid^="record-"]').click();
      await by(page, `record-as-${line}`).click();
    };
    await record('left');
    const now = await by(page, 'left-time').inputValue();
    expect(now).toMatch(/^\d\d:\d\d$/);
    // A minute ahead is yesterday's, when nobody was here yet.
    const ahead = new Date(new Date(`2026-01-01T${now}:00Z`).getTime() + 120_000).toISOString().slice(11, 16);
    await by(page, 'left-time').fill(ahead);
    await expect(by(page, 'save-left')).toBeDisabled();
    await by(page, 'left-time').fill(now);
    await by(page, 'save-left').click();
    await expect(leaver).toContainText(`–${now}`);
    await onAll((one) => expect(by(one, 'quorum')).toContainText('2/3'));
    await expect(by(member.page, 'asked-of-me')).toHaveAttribute('data-asked', 'left');
    await expect(by(member.page, 'asked-of-me')).toContainText(now);

    await record('not-left');
    await onAll((one) => expect(by(one, 'quorum')).toContainText('3/3'));
    await record('left');
    await by(page, 'left-time').press('Enter');
    await onAll((one) => expect(by(one, 'quorum')).toContainText('2/3'));
    const minutes = await steps.showPanel(page, 'minutes');
    await expect(minutes.getByTestId('facts-left')).toContainText(MEMBER);
    const preview = page.frameLocator('[data-testid="minutes-preview"]').locator('body');
    await expect(preview).toContainText(
      /có mặt trực tuyến từ \d\d giờ \d\d đến \d\d giờ \d\d \(về trước khi kết thúc\)/,
    );
  });

  test('the meeting closes; secretary, then chair sign; every laptop gets the signed minutes', async () => {
    await steps.closeMeeting(chair.page);
    await steps.freezeMinutes(secretary.page);
    // What the chair is shown is the document that the secretary signed, and no draft of it.
    await steps.nextStep(chair.page, 'sign-minutes');
    await expect(by(chair.page, 'tab-preview')).toHaveAttribute('aria-pressed', 'true');
    await expect(by(chair.page, 'page-1')).toContainText('BIÊN BẢN', { timeout: 30_000 });
    await expect(by(chair.page, 'minutes-preview')).toHaveCount(0);
    await steps.signMinutes(chair.page);
    await onAll((page) => steps.haveSignedMinutes(page));
  });

  test('the signed PDF stands before other tools, in this application, and not after one changed byte', async () => {
    const file = path.join(office.desk, 'biên bản.pdf');
    await member.phien.answerSaveDialog(file);
    await by(member.page, 'save-minutes').click();
    // To its end: it is written while it is looked for.
    await expect
      .poll(() =>
        readFile(file, 'latin1').then(
          (text) => text.length > 10_000 && text.trimEnd().endsWith('%%EOF'),
          () => false,
        ),
      )
      .toBe(true);
    const pdf = await readFile(file);
    if (hasTool('pdfsig')) {
      const { output } = judge('pdfsig', ['-nocert', 'minutes.pdf'], { 'minutes.pdf': pdf });
      expect(output.match(/Signature is Valid/g)).toHaveLength(2);
      expect(output.slice(output.indexOf('Signature #2'))).toContain('Total document signed');
      expect(output).toContain(SECRETARY);
      expect(output).toContain(CHAIR);
    }
    if (hasTool('pdftotext')) {
      const { output } = judge('pdftotext', ['minutes.pdf', '-'], { 'minutes.pdf': pdf });
      // A text may go on behind a page's number.
      const flowing = output
        .normalize('NFC')
        .replaceAll(/\f\s*\d+\s/g, ' ')
        .replaceAll(/\s+/g, ' ');
      for (const text of [TEXT, WORDING, CONCLUSION, MOTION.slice(0, -1), CHAIR, MEMBER])
        expect(flowing).toContain(text);
      expect(flowing).toMatch(
        new RegExp(`Ngoài các nội dung trong chương trình Ý kiến phát biểu \\(1 lượt, [^)]*\\): - ${CHAIR}, Chủ tịch`),
      );
      // Who left early was there at the opening, and is not absent.
      expect(flowing).toContain('Lúc khai mạc, có mặt 3/3 thành viên (100%)');
      expect(flowing).toMatch(
        new RegExp(
          `${MEMBER}, [^:]*: có mặt trực tuyến từ \\d\\d giờ \\d\\d đến \\d\\d giờ \\d\\d \\(về trước khi kết thúc\\)`,
        ),
      );
    }
    if (hasTool('qpdf')) {
      expect(judge('qpdf', ['--check', 'minutes.pdf'], { 'minutes.pdf': pdf })).toMatchObject({ status: 0 });
    }

    await by(secretary.page, 'leave-meeting').click();
    await secretary.phien.answerOpenDialog(file);
    await expect(await steps.verify(secretary.page)).toHaveAttribute('data-outcome', 'valid');
    await expect(by(secretary.page, 'signer')).toHaveCount(2);
    await expect(by(secretary.page, 'signer').first()).toContainText(SECRETARY);

    const changed = Buffer.from(pdf);
    const width = /\/MediaBox ?\[ ?0 0 (?=\d)/.exec(changed.toString('latin1'));
    if (width === null) throw new Error('no width of a page in the PDF');
    changed.write('4', width.index + width[0].length, 'latin1');
    const forged = path.join(office.desk, 'biên bản sửa.pdf');
    await writeFile(forged, changed);
    await secretary.phien.answerOpenDialog(forged);
    await expect(await steps.verify(secretary.page)).toHaveAttribute('data-outcome', 'invalid');
  });

  test("the package of the meeting is valid here, and shows all of it on a stranger's laptop, to look at only", async () => {
    const file = path.join(office.desk, 'cuộc họp.phien');
    await by(member.page, 'meeting-menu').click();
    await member.phien.answerSaveDialog(file);
    await by(member.page, 'save-package').click();
    await expect(by(member.page, 'notice').last()).toContainText('3', { timeout: 30_000 });
    await secretary.phien.answerOpenDialog(file);
    await expect(await steps.verify(secretary.page)).toHaveAttribute('data-outcome', 'valid');

    const stranger = await office.add('Vàng A Khác');
    await stranger.start();
    await steps.setUpOrganisation(stranger.page, {
      name: 'Ủy ban nhân dân xã Nậm Khác',
      parent: 'Ủy ban nhân dân tỉnh Thử Nghiệm',
      person: stranger.person,
      position: 'Công chức Văn phòng',
    });
    await by(stranger.page, 'go-home').click();
    await stranger.phien.answerOpenDialog(file);
    await by(stranger.page, 'open-package').click();
    await expect(by(stranger.page, 'asked-of-me')).toHaveAttribute('data-asked', 'look', { timeout: 30_000 });
    await expect(by(stranger.page, 'next-step')).toHaveCount(0);
    await expect(stranger.page.locator('nav')).toContainText(CONCLUSION);
    await steps.openPaper(stranger.page, 'bao-cao');
    const votes = await steps.showPanel(stranger.page, 'votes');
    await expect(votes.getByTestId('vote-verdict')).toHaveAttribute('data-passed', 'true');
    const minutes = await steps.showPanel(stranger.page, 'minutes');
    await expect(minutes).toContainText(TEXT);
    await expect(minutes.locator('[contenteditable="true"]')).toHaveCount(0);
    await by(stranger.page, 'signed-minutes').click();
    await expect(by(stranger.page, 'page-1')).toHaveAttribute('data-drawn', 'true', { timeout: 30_000 });
  });
});
