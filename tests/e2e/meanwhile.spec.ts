import { expect, test } from '@playwright/test';

import { minutesSection } from '../../common/collab/minutes.ts';
import { readAgenda } from '../../common/collab/plan.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { act, joined, stateOf } from '../fixtures/convened-meeting.ts';
import { laptopRoom, PIN, until } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';
import { launchPhien } from './launch.ts';
import * as steps from './steps.ts';

const { by } = steps;

// What others of the meeting do while somebody is at something in a window.
test('a vote stays of its item when the meeting goes on, deep lists are pasted whole, and an office that goes is seen to go', async () => {
  const room = laptopRoom();
  const secretary = await room.addSecretary();
  const chair = await room.addMember(secretary, 'Hà Văn Thử', 'Chủ tịch');
  const next = await room.addMember(secretary, 'Quàng Thị Thử', 'Chuyên viên');
  await secretary.engine.close();
  const phien = await launchPhien({ data: secretary.dataDir, env: { PHIEN_DISCOVERY: 'off' } });
  const { page } = phien;
  try {
    await steps.unlock(page, PIN);
    await steps.createMeeting(page, { title: 'Phiên họp', place: 'Phòng họp' });
    await steps.addPeople(page, 'Hà Văn Thử');
    await steps.addItem(page, 1, 'Dự toán', ['Thông qua dự toán']);
    await steps.addItem(page, 2, 'Nhân sự');
    await steps.convene(page);
    await steps.carry(page);
    const address = await steps.hostAddress(page);
    const listed = await page.evaluate(() => window.phien.request('meetings.list', {}));
    const { meeting } = (listed as { output: { meeting: MeetingId }[] }).output[0]!;
    for (const laptop of [chair, next]) await joined(laptop, meeting, address);
    await by(page, 'enter-meeting').click();
    await act(chair, meeting, 'meeting-opened', {});
    const plan = openWindowDocument(chair, `${meeting}/plan`);
    const agenda = await until(() => readAgenda(plan.doc).length === 2 && readAgenda(plan.doc));
    const [budget, staff] = [agenda[0]!, agenda[1]!];
    plan.close();

    await act(chair, meeting, 'item-opened', { item: budget.id, ordinal: 1, title: budget.title });
    await steps.nextStep(page, 'open-vote');
    await expect(by(page, 'vote-item')).toContainText('Dự toán');
    await expect(by(page, 'motion-text')).toHaveValue('Thông qua dự toán');
    await by(page, 'motion-text').fill('Thông qua dự toán 2027');
    await expect(by(page, 'vote-item-passed')).toHaveCount(0);
    await act(chair, meeting, 'item-opened', { item: staff.id, ordinal: 2, title: staff.title });
    await expect(by(page, 'vote-item-passed')).toBeVisible();
    await expect(by(page, 'vote-item')).toContainText('Dự toán');
    await expect(by(page, 'motion-text')).toHaveValue('Thông qua dự toán 2027');
    await by(page, 'open-vote').click();
    await until(async () => (await stateOf(chair, meeting))?.motions.length === 1);
    const [motion] = (await stateOf(chair, meeting))!.motions;
    expect([motion?.item, motion?.text]).toEqual([budget.id, 'Thông qua dự toán 2027']);
    await act(chair, meeting, 'motion-closed', { motion: motion!.motion, ballots: [] });

    const minutes = await steps.showPanel(page, 'minutes');
    const editor = minutes.getByTestId(`minutes-text-${staff.id}`);
    await editor.click();
    await editor.evaluate((element) => {
      let html = '<p>ĐÁY</p>';
      for (let level = 20; level > 0; level -= 1) html = `<ul><li><p>tầng ${level}</p>${html}</li></ul>`;
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/html', html);
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    const seen = openWindowDocument(next, `${meeting}/minutes`);
    const said = () => minutesSection(seen.doc, staff.id).toString();
    await until(() => said().includes('tầng 20') && said().includes('ĐÁY'));
    await expect(by(page, 'notice')).toHaveCount(0);
    await editor.press('End');
    await page.keyboard.type(' và sau đó');
    await until(() => said().includes('và sau đó'));
    seen.close();

    await chair.request('meetings.appointSecretary', { meeting, member: await next.member() });
    await expect(page.locator('[data-testid="next-step"]')).toHaveCount(0);
    // Still a member who votes, so the minutes may be written.
    await expect(editor).toHaveAttribute('contenteditable', 'true');
  } finally {
    await phien.close();
    await room.close();
  }
});
