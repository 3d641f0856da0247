import { describe, expect, it } from 'vitest';

import {
  clockTime,
  duration,
  longDate,
  percentage,
  quorumSentence,
  secondsBetween,
  timeAndDate,
  voteArithmetic,
} from './wording.ts';

describe('times', () => {
  it('are Vietnamese whatever the offset they were written with', () => {
    expect(timeAndDate('2026-11-22T01:00:00Z')).toBe('08 giờ 00, ngày 22 tháng 11 năm 2026');
    expect(timeAndDate('2026-11-22T08:00:00+07:00')).toBe('08 giờ 00, ngày 22 tháng 11 năm 2026');
    expect(timeAndDate('2026-12-31T17:00:00Z')).toBe('00 giờ 00, ngày 01 tháng 01 năm 2027');
  });
  it('write days below 10 and months below 3 with a zero, as the decree does', () => {
    expect(longDate('2026-02-03T05:00:00Z')).toBe('ngày 03 tháng 02 năm 2026');
    expect(longDate('2026-03-10T05:00:00Z')).toBe('ngày 10 tháng 3 năm 2026');
  });
  it('leave a place to fill in where they are unknown or nonsense', () => {
    expect(clockTime(undefined)).toBe('… giờ …');
    expect(timeAndDate('soon')).toBe('… giờ …, ngày … tháng … năm …');
  });
  it('count lengths, and none backwards', () => {
    expect(secondsBetween('2026-11-22T01:00:00Z', '2026-11-22T01:03:20Z')).toBe(200);
    expect(secondsBetween('2026-11-22T01:00:00Z', '2026-11-22T00:59:00Z')).toBeUndefined();
    expect([duration(200), duration(3900), duration(0)]).toEqual(['3 phút 20 giây', '1 giờ 5 phút', '0 giây']);
  });
});

describe('arithmetic', () => {
  it('rounds half up and uses the comma', () => {
    expect([percentage(5, 7), percentage(2, 3), percentage(1, 8), percentage(7, 7), percentage(0, 0)]).toEqual([
      '71,43%',
      '66,67%',
      '12,50%',
      '100%',
      '0%',
    ]);
    expect(percentage(1, 20000)).toBe('0,01%');
    expect(percentage(1, 20001)).toBe('0%');
  });
  it('says a vote with its rule', () => {
    const arithmetic = {
      count: 5,
      base: 7,
      threshold: { kind: 'exceed', numerator: 1, denominator: 2 },
      required: 4,
    } as const;
    expect(voteArithmetic('Tán thành', arithmetic, 'all', 'committee-meeting')).toBe(
      'Tán thành: 5/7 thành viên (71,43%); cần trên 1/2 tổng số thành viên (ít nhất 4)',
    );
    expect(voteArithmetic('Tán thành', arithmetic, 'voting', 'council-sitting')).toContain(
      'trên 1/2 số đại biểu tham gia biểu quyết',
    );
  });
  it('says the quorum and what follows from it', () => {
    const quorum = {
      count: 4,
      base: 7,
      threshold: { kind: 'reach', numerator: 2, denominator: 3 },
      required: 5,
      met: false,
    } as const;
    expect(quorumSentence({ members: [], guests: [], quorum }, 'council-sitting')).toBe(
      'Có mặt 4/7 đại biểu (57,14%); cần ít nhất 2/3 tổng số đại biểu (tức 5 người trở lên). Phiên họp không đủ điều kiện tiến hành.',
    );
  });
});
