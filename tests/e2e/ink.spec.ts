import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';

import { readUpdate } from '../../common/collab/read-update.ts';
import { openTcpProxy, type TcpProxy } from '../fixtures/network/tcp-proxy.ts';
import { makeScan } from '../fixtures/pdfs.ts';
import { inkOn } from './ink.ts';
import { CHAIR, enrolPeople, MEMBER, openOffice, type Office, type People } from './laptops.ts';
import { REPORT } from './papers.ts';
import * as steps from './steps.ts';
import { asStored, readStored } from './stored.ts';

const { by } = steps;
const SHARED_NOTE = 'Đề nghị làm rõ số liệu của bản Thử Hai';
const PRIVATE_NOTE = 'Chỉ riêng tôi: hỏi lại kế toán trước khi nói';
const PRIVATE_TEXT = 'Việc riêng: nhớ nhắc khoản chi quý bốn';

test.describe.serial('reading a paper together and writing on it', () => {
  let office: Office;
  let people: People;
  let secretary: Page;
  let chair: Page;
  let member: Page;
  /** The member's way to the others. */
  let line: TcpProxy;
  let inkOnReport = 0;

  test.beforeAll(async () => {
    office = await openOffice();
  });
  test.afterAll(async () => {
    await office.close();
    await line?.close();
  });
  // oxlint-disable-next-line no-empty-pattern
  test.afterEach(({}, info) => office.photograph(info));

  test('three people come together over a report', async () => {
    people = await enrolPeople(office);
    secretary = people.secretary.page;
    chair = people.chair.page;
    member = people.member.page;
    await steps.createMeeting(secretary, { title: 'Cuộc họp đọc tài liệu', place: 'Phòng họp số 2' });
    await steps.addPeople(secretary, CHAIR);
    await steps.addItem(secretary, 1, 'Báo cáo kinh tế - xã hội');
    await people.secretary.phien.answerOpenDialog(REPORT);
    await by(secretary, 'add-papers-1').click();
    await expect(by(secretary, 'item-1')).toContainText('bao-cao');
    await steps.convene(secretary);
    await steps.carry(secretary);
    const address = await steps.hostAddress(secretary);
    await by(secretary, 'enter-meeting').click();
    line = await openTcpProxy(address);
    await Promise.all([steps.joinFound(chair), steps.joinByAddress(member, line.address)]);
  });

  test('pages are drawn where people read, only those in sight, at any zoom', async () => {
    await Promise.all([secretary, chair, member].map((page) => steps.openPaper(page, 'bao-cao')));
    await steps.goToPage(member, 8);
    await expect(by(member, 'paper-reader')).toHaveAttribute('data-page', '8');
    await expect(by(member, 'page-8')).toHaveAttribute('data-drawn', 'true');
    await expect(by(member, 'page-1')).toHaveCount(0);
    await expect.poll(() => member.locator('.paper-page').count()).toBeLessThan(7);
    await by(member, 'toggle-thumbnails').click();
    await by(member, 'thumbnail-6').click();
    await expect(by(member, 'paper-reader')).toHaveAttribute('data-page', '6');
    await by(member, 'toggle-thumbnails').click();
    const width = async (): Promise<number> => (await by(member, 'page-6').boundingBox())?.width ?? 0;
    const before = await width();
    await by(member, 'zoom-in').click();
    await expect.poll(width).toBeGreaterThan(before * 1.05);
    await by(member, 'fit-width').click();
    await expect.poll(width).toBeCloseTo(before, 0);
  });

  test('words are found without their diacritics, from where one reads', async () => {
    await by(member, 'open-find').click();
    await by(member, 'find-input').fill('duong ban thu mot');
    await expect(by(member, 'find-count')).toHaveText('2 / 2');
    await by(member, 'find-input').press('Enter');
    await expect(by(member, 'find-count')).toHaveText('1 / 2');
    await expect(member.locator('.paper-match-active')).toBeVisible();
    await by(member, 'find-input').fill('từ này không có');
    await expect(by(member, 'find-count')).not.toHaveText(/\d/);
    await by(member, 'find-close').click();
    await steps.goToPage(member, 1);
    await expect(by(member, 'page-1')).toHaveAttribute('data-drawn', 'true');
  });

  test('shared ink is seen by the others while the pen is down, and stays when it lifts', async () => {
    await by(member, 'mode-shared').click();
    await steps.takeTool(member, 'pen');
    await steps.drawOn(member, { x: 0.2, y: 0.2 }, { x: 0.8, y: 0.3 });
    for (const page of [secretary, chair]) {
      await expect.poll(() => inkOn(page).then(({ live }) => live)).toBeGreaterThan(50);
      expect((await inkOn(page)).dry).toBe(0);
    }
    await steps.liftPen(member);
    for (const page of [member, secretary, chair]) {
      await expect.poll(() => inkOn(page).then(({ dry }) => dry)).toBeGreaterThan(50);
    }
    await expect.poll(() => inkOn(chair).then(({ live }) => live)).toBe(0);
    // The wet ink is off the screen: it neither stands beside the dry one nor makes the paper wider when that is resized.
    await expect(member.locator('.ink-wet').first()).toBeHidden();
  });

  test('undo, redo and the eraser reach the others; nobody erases what another wrote', async () => {
    const dry = (page: Page) => () => inkOn(page).then((ink) => ink.dry);
    await by(member, 'undo').click();
    await expect.poll(dry(chair)).toBe(0);
    await by(member, 'redo').click();
    await expect.poll(dry(chair)).toBeGreaterThan(50);

    await by(chair, 'mode-shared').click();
    await steps.takeTool(chair, 'eraser');
    await steps.draw(chair, { x: 0.5, y: 0.1 }, { x: 0.5, y: 0.5 });
    expect(await dry(chair)()).toBeGreaterThan(50);
    const one = await dry(secretary)();
    await steps.takeTool(chair, 'pen');
    await steps.draw(chair, { x: 0.2, y: 0.6 }, { x: 0.8, y: 0.7 });
    await expect.poll(() => inkOn(member).then((ink) => ink.dry)).toBeGreaterThan(100);

    await expect.poll(dry(secretary)).toBeGreaterThan(one * 1.3);
    const both = await dry(secretary)();
    await steps.takeTool(member, 'eraser');
    await steps.draw(member, { x: 0.5, y: 0.05 }, { x: 0.5, y: 0.5 });
    for (const page of [member, secretary, chair]) await expect.poll(dry(page)).toBeLessThan(both * 0.8);
    expect(await dry(secretary)()).toBeGreaterThan(50);
  });

  test('private ink and notes stay on their laptop: on no screen and in no database of another', async () => {
    const before = (await inkOn(chair)).dry;
    await by(member, 'mode-private').click();
    await steps.takeTool(member, 'pen');
    await expect(by(member, 'ink-banner')).toHaveClass(/private/);
    await steps.drawOn(member, { x: 0.2, y: 0.8 }, { x: 0.8, y: 0.85 });
    expect((await inkOn(chair)).live).toBe(0);
    await steps.liftPen(member);
    await steps.takeTool(member, 'note');
    await steps.tapPage(member, { x: 0.3, y: 0.4 });
    await by(member, 'note-text').fill(PRIVATE_NOTE);
    await by(member, 'close-note').click();
    const panel = await steps.showPanel(member, 'notes');
    await panel.getByTestId('private-notes').fill(PRIVATE_TEXT);

    // A shared note afterwards: when it has arrived, so would everything before it.
    await by(member, 'mode-shared').click();
    await steps.takeTool(member, 'note');
    await steps.tapPage(member, { x: 0.6, y: 0.4 });
    await by(member, 'note-text').fill(SHARED_NOTE);
    await by(member, 'close-note').click();
    for (const page of [secretary, chair]) {
      await by(page, 'toggle-notes').click();
      await expect(by(page, 'notes-panel-note')).toHaveCount(1);
      await expect(by(page, 'notes-panel-note')).toContainText(SHARED_NOTE);
      await expect(by(page, 'notes-panel-note')).toContainText(MEMBER);
      await by(page, 'toggle-notes').click();
      expect((await inkOn(page)).dry).toBe(before);
    }

    const own = readStored(people.member.data);
    expect(own.content).toContain(asStored(PRIVATE_NOTE));
    expect(own.content).toContain(asStored(PRIVATE_TEXT));
    expect(own.streams.filter((stream) => stream.includes('private'))).toEqual([]);
    for (const laptop of [people.secretary, people.chair]) {
      await expect.poll(() => readStored(laptop.data).content.includes(asStored(SHARED_NOTE))).toBe(true);
      const { content, streams, changes } = readStored(laptop.data);
      // Windows write under ids that say whose they are.
      expect(changes.length).toBeGreaterThan(0);
      for (const { author, update } of changes)
        for (const client of readUpdate(update)?.runs.keys() ?? [NaN])
          expect(Math.floor(client / 2 ** 32)).toBe(Number.parseInt(author.slice(0, 5), 16));
      expect(content).not.toContain(asStored(PRIVATE_NOTE));
      expect(content).not.toContain(asStored(PRIVATE_TEXT));
      expect(streams.filter((stream) => stream.includes('private'))).toEqual([]);
    }
  });

  test('a large paper is read and written on while it is still coming', async () => {
    inkOnReport = (await inkOn(member)).dry;
    // Else the paper would come from there.
    await people.chair.stop();
    const scan = path.join(office.desk, 'Hồ sơ quét.pdf');
    await writeFile(scan, await makeScan(14));
    line.slow(300_000);
    await by(secretary, 'leave-meeting').click();
    await by(secretary, 'prepare-meeting').click();
    await people.secretary.phien.answerOpenDialog(scan);
    await by(secretary, 'add-papers-1').click();

    await member.locator('nav').locator('[data-testid^="paper-"]').filter({ hasText: 'Hồ sơ quét' }).click();
    const coming = by(member, 'paper-coming');
    await expect(coming).toHaveAttribute('data-moves', 'true');
    await expect(coming).toContainText(/(Đang chờ phần đầu|Đã có .+) trong 12,6 MB/);
    await expect(by(member, 'page-1')).toHaveAttribute('data-drawn', 'true', { timeout: 60_000 });
    await expect(by(member, 'still-coming')).toContainText(/còn đang về: đã có .+ trong 12,6 MB/);
    await by(member, 'pause-papers').click();
    await expect(by(member, 'still-coming')).toHaveAttribute('data-state', 'paused');

    // What is there is a page like any other; what isn't says so.
    await by(member, 'mode-shared').click();
    await steps.takeTool(member, 'pen');
    await steps.draw(member, { x: 0.2, y: 0.1 }, { x: 0.8, y: 0.2 });
    await expect.poll(() => inkOn(member).then(({ dry }) => dry)).toBeGreaterThan(50);
    await by(member, 'paper-reader').evaluate((reader) => reader.setAttribute('data-seen', 'yes'));
    await steps.goToPage(member, 12);
    await expect(by(member, 'page-12')).toContainText('Trang này chưa có trên máy này');
    await expect(by(member, 'page-12')).toHaveAttribute('data-drawn', 'false');

    await by(member, 'fetch-papers').click();
    line.slow(Infinity);
    await expect(by(member, 'page-12')).toHaveAttribute('data-drawn', 'true', { timeout: 30_000 });
    await expect(by(member, 'still-coming')).toHaveCount(0);
    // The same reader, at the same page.
    await expect(by(member, 'paper-reader')).toHaveAttribute('data-seen', 'yes');
    await expect(by(member, 'paper-reader')).toHaveAttribute('data-page', '12');
    await steps.goToPage(member, 1);
    await expect.poll(() => inkOn(member).then(({ dry }) => dry)).toBeGreaterThan(50);
  });

  test('all of it is there again after a restart', async () => {
    await people.member.stop();
    await people.member.start();
    member = people.member.page;
    await steps.unlocked(member);
    await by(member, 'enter-meeting').click();
    await steps.openPaper(member, 'bao-cao');
    await expect.poll(() => inkOn(member).then(({ dry }) => dry)).toBe(inkOnReport);
    const panel = await steps.showPanel(member, 'notes');
    await expect(panel.getByTestId('private-notes')).toHaveValue(PRIVATE_TEXT);
  });
});
