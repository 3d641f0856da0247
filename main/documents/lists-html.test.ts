import { expect, it } from 'vitest';
import type { AttendanceListContent, MinutesAttendee } from '../../common/domain/minutes.ts';
import { linkedFonts } from './fonts.ts';
import { attendanceListHtml } from './lists-html.ts';

const listOf = (members: readonly MinutesAttendee[]): string => {
  const content: AttendanceListContent = {
    organisation: { name: 'Ủy ban nhân dân xã Mường Thử', symbol: 'UBND' },
    title: 'Phiên họp thử',
    kind: 'committee-meeting',
    start: '2026-11-23T08:00:00+07:00',
    place: 'Phòng họp số 1',
    attendance: {
      members,
      guests: [],
      quorum: {
        count: 1,
        base: 3,
        threshold: { kind: 'reach', numerator: 2, denominator: 3 },
        required: 2,
        met: false,
      },
    },
    printedAt: '2026-11-23T08:05:00+07:00',
  };
  return attendanceListHtml(content, { fonts: linkedFonts('phien://app/fonts'), draft: false });
};
const late: MinutesAttendee = { name: 'Cầm Văn Ví Dụ', position: '', presence: 'absent' };
const here: MinutesAttendee = { name: 'Hà Văn Thử', position: 'Chủ tịch', presence: 'in-person' };

it('tells who has not checked in yet from who stayed away', () => {
  const running = listOf([here, { ...late, notYet: true }, late]);
  expect(running).toContain('Chưa điểm danh');
  expect(running).toContain('vắng mặt không báo lý do: 1; chưa điểm danh: 1.');
});

it('tells who has left from who is here', () => {
  const stays = [{ how: 'in-person', from: '2026-11-23T01:00:00Z', to: '2026-11-23T02:20:00Z' }] as const;
  const running = listOf([here, { ...here, stays }, late]);
  expect(running).toContain('Có mặt tại phòng họp từ 08 giờ 00 đến 09 giờ 20 (về trước khi kết thúc)');
  expect(running).toContain('có mặt tại phòng họp: 1; trực tuyến: 0; đã về: 1; cử người dự thay: 0;');
});

it('says nothing of it when nobody is awaited', () => {
  const over = listOf([here, late, late]);
  expect(over).toContain('vắng mặt không báo lý do: 2.');
  expect(over).not.toContain('hưa điểm danh');
});
