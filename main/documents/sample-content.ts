import type { MinutesContent } from '../../common/domain/minutes.ts';

/** Minutes with every kind of fact in them, for the tests of this folder. */
export const SAMPLE_MINUTES: MinutesContent = {
  organisation: { name: 'Ủy ban nhân dân xã Mường Thử', symbol: 'UBND' },
  symbol: 'BB-UBND',
  title: 'Cuộc họp Ủy ban nhân dân xã Mường Thử thường kỳ tháng 11 năm 2026',
  kind: 'committee-meeting',
  start: '2026-11-22T01:00:00Z',
  end: '2026-11-22T03:42:10Z',
  place: 'Phòng họp số 1, trụ sở Ủy ban nhân dân xã Mường Thử',
  attendance: {
    members: [
      {
        name: 'Lò Văn Mẫu',
        position: 'Chủ tịch',
        presence: 'in-person',
        stays: [{ how: 'in-person', from: '2026-11-22T00:55:00Z' }],
      },
      {
        name: 'Cầm Thị Ví Dụ',
        position: 'Phó Chủ tịch',
        presence: 'in-person',
        stays: [{ how: 'in-person', from: '2026-11-22T00:51:00Z' }],
      },
      {
        name: 'Quàng Văn Giả Định',
        position: 'Phó Chủ tịch',
        presence: 'remote',
        stays: [{ how: 'remote', from: '2026-11-22T01:02:30Z' }],
      },
      { name: 'Hà Thị Thử Nghiệm', position: 'Trưởng phòng Kinh tế', presence: 'in-person' },
      { name: 'Vì Văn Minh Họa', position: 'Trưởng phòng Văn hóa - Xã hội', presence: 'in-person' },
      {
        name: 'Lường Văn Nháp',
        position: 'Trưởng Công an xã',
        presence: 'absent-with-reason',
        reason: 'đi công tác tại tỉnh',
      },
      {
        name: 'Tòng Thị Bản Sao',
        position: 'Chỉ huy trưởng Ban Chỉ huy Quân sự xã',
        presence: 'represented',
        by: { name: 'Bạc Cầm Phụ Lục', position: 'Phó Chỉ huy trưởng' },
      },
    ],
    guests: [{ name: 'Đinh Thị Khách Mời', position: 'Trưởng bản Thử Một', presence: 'remote' }],
    quorum: { count: 5, base: 7, threshold: { kind: 'reach', numerator: 2, denominator: 3 }, required: 5, met: true },
  },
  chair: { name: 'Lò Văn Mẫu', position: 'Chủ tịch Ủy ban nhân dân xã' },
  secretary: { name: 'Hoàng Thị Ghi Chép', position: 'Công chức Văn phòng - Thống kê' },
  items: [
    {
      ordinal: 1,
      title: 'Báo cáo tình hình thực hiện nhiệm vụ kinh tế - xã hội 10 tháng năm 2026',
      presenter: { name: 'Hà Thị Thử Nghiệm', position: 'Trưởng phòng Kinh tế' },
      papers: [{ title: 'Báo cáo số 01' }, { title: 'Phụ lục số liệu <10 tháng> & so sánh' }],
      openedAt: '2026-11-22T01:10:00Z',
      closedAt: '2026-11-22T02:05:00Z',
      speakers: [
        {
          name: 'Vì Văn Minh Họa',
          position: 'Trưởng phòng Văn hóa - Xã hội',
          from: '2026-11-22T01:31:00Z',
          to: '2026-11-22T01:34:20Z',
        },
        {
          name: 'Đinh Thị Khách Mời',
          position: 'Trưởng bản Thử Một',
          from: '2026-11-22T01:35:00Z',
          to: '2026-11-22T01:40:05Z',
        },
      ],
      text: [
        {
          type: 'paragraph',
          runs: [
            { text: 'Báo cáo nêu thu ngân sách đạt ' },
            { text: '92,4 %', bold: true },
            { text: ' dự toán; đề nghị làm rõ nguyên nhân chậm giải ngân vốn đầu tư công và trách nhiệm của ' },
            { text: 'từng bộ phận', italic: true },
            { text: '.' },
          ],
        },
        {
          type: 'item',
          level: 1,
          runs: [{ text: 'Đường liên bản Thử Một - Thử Hai: hoàn thành trong tháng 12, trong đó:' }],
        },
        { type: 'item', level: 2, runs: [{ text: 'nền đường xong trước ngày 05;' }] },
        { type: 'item', level: 2, runs: [{ text: 'mặt đường xong trước ngày 25;' }] },
        { type: 'item', level: 1, runs: [{ text: 'Trạm bơm Nà Mẫu: nghiệm thu trước ngày 15.' }] },
      ],
      motions: [],
      conclusion: [
        { type: 'paragraph', runs: [{ text: 'Giao Phòng Kinh tế hoàn thiện báo cáo trước ngày 25 tháng 11.' }] },
      ],
    },
    {
      ordinal: 2,
      title: 'Dự thảo Nghị quyết về phân bổ dự toán ngân sách năm 2027',
      papers: [{ title: 'Dự thảo Nghị quyết' }],
      openedAt: '2026-11-22T02:05:10Z',
      closedAt: '2026-11-22T03:30:00Z',
      speakers: [],
      text: [],
      motions: [
        {
          text: 'Thông qua dự thảo Nghị quyết về phân bổ dự toán ngân sách xã năm 2027',
          secrecy: 'open',
          openedAt: '2026-11-22T03:20:00Z',
          closedAt: '2026-11-22T03:22:40Z',
          options: [
            { label: 'Tán thành', count: 5 },
            { label: 'Không tán thành', count: 0 },
            { label: 'Không biểu quyết', count: 0 },
          ],
          notVoted: 2,
          voteBase: 'all',
          deciding: 0,
          arithmetic: { count: 5, base: 7, threshold: { kind: 'exceed', numerator: 1, denominator: 2 }, required: 4 },
          result: 'passed',
        },
      ],
    },
  ],
  closing: [
    { type: 'paragraph', runs: [{ text: 'Biên bản đã được đọc lại cho các thành viên cùng nghe và nhất trí.' }] },
  ],
  recipients: ['Thường trực Đảng ủy xã', 'Các thành viên Ủy ban nhân dân xã'],
};
