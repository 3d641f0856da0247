import { describe, expect, it } from 'vitest';

import type { MinutesContent } from '../../common/domain/minutes.ts';
import { linkedFonts } from './fonts.ts';
import { invitationHtml } from './invitation-html.ts';
import { attendanceListHtml, voteListHtml } from './lists-html.ts';
import { minutesHtml } from './minutes-html.ts';
import { SAMPLE_MINUTES } from './sample-content.ts';

const options = { fonts: linkedFonts('phien://app/fonts'), draft: false };
const hostile = `</p><script>alert(1)</script><img src=x onerror="alert('2')">\u202E\u0000`;

/** The same structure with every string that people can type replaced. */
function poisoned<T>(value: T): T {
  if (typeof value === 'string') return hostile as T;
  if (Array.isArray(value)) return value.map(poisoned) as T;
  if (typeof value !== 'object' || value === null) return value;
  const kept = new Set(['kind', 'type', 'presence', 'how', 'secrecy', 'voteBase', 'result', 'threshold']);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, kept.has(key) ? one : poisoned(one)])) as T;
}

function words(document: string): string {
  return document
    .replace(/[\s\S]*<main>/u, '')
    .replace(/<[^>]*>/gu, ' ')
    .replace(/\s+/gu, ' ');
}

describe('minutes', () => {
  it('[MIN-10] print items of lists in lists on lines and with marks of their own', () => {
    const [first] = SAMPLE_MINUTES.items;
    const text = [1, 2, 3, 4].map((level) => ({ type: 'item' as const, level, runs: [{ text: `mục ${level}` }] }));
    const more = { type: 'item' as const, level: 2, continued: true as const, runs: [{ text: 'nối' }] };
    const document = minutesHtml({ ...SAMPLE_MINUTES, items: [{ ...first!, text: [...text, more] }] }, options);
    const lines = [...document.matchAll(/<p class="dash level-(\d)">([^<]*)<\/p>/gu)].map(([, level, line]) => [
      level,
      line,
    ]);
    expect(lines).toEqual([
      ['1', '- mục 1'],
      ['2', '+ mục 2'],
      ['3', '• mục 3'],
      ['3', '• mục 4'],
      ['2', 'nối'],
    ]);
  });

  it('follow Form 1.9 from top to bottom', () => {
    const text = words(minutesHtml(SAMPLE_MINUTES, options));
    const parts = [
      'ỦY BAN NHÂN DÂN XÃ MƯỜNG THỬ',
      'Số: …/BB-UBND',
      'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM',
      'Độc lập - Tự do - Hạnh phúc',
      'BIÊN BẢN',
      'Thời gian bắt đầu: 08 giờ 00',
      'Địa điểm:',
      'Thành phần tham dự:',
      'Chủ trì (chủ tọa):',
      'Thư ký (người ghi biên bản):',
      'Nội dung (theo diễn biến cuộc họp):',
      'Cuộc họp kết thúc vào 10 giờ 42, ngày 22 tháng 11 năm 2026./.',
      'THƯ KÝ',
      'CHỦ TỌA',
      'Nơi nhận:',
      '- Lưu: VT, Hồ sơ.',
    ];
    const places = parts.map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
  it('tell attendance, speakers and votes with their arithmetic', () => {
    const text = words(minutesHtml(SAMPLE_MINUTES, options));
    expect(text).toContain(
      'Tổng số thành viên: 7; có mặt: 5 (tại phòng họp: 4; trực tuyến: 1); cử người dự thay: 1; vắng mặt có lý do: 1',
    );
    expect(text).toContain('Lường Văn Nháp, Trưởng Công an xã: vắng mặt có lý do (đi công tác tại tỉnh).');
    expect(text).toContain('(từ 08:31:00, 3 phút 20 giây)');
    expect(text).toContain(
      'Tán thành: 5/7 thành viên (71,43%); cần trên 1/2 tổng số thành viên (ít nhất 4). Kết luận: nội dung được thông qua.',
    );
    expect(text).toContain('Chưa bỏ phiếu: 2/7 thành viên (28,57%)');
  });
  it('[MIN-9] tell who left early and when, and who came back', () => {
    const stays = [{ how: 'in-person', from: '2026-11-22T01:00:00Z', to: '2026-11-22T01:30:00Z' }] as const;
    const left = { ...SAMPLE_MINUTES.chair, presence: 'in-person', stays } as const;
    const back = {
      ...left,
      presence: 'remote',
      stays: [...stays, { how: 'remote', from: '2026-11-22T02:00:00Z' }],
    } as const;
    const guest = { name: 'Bà Khách', position: '', presence: 'remote', leftAt: '2026-11-22T02:00:00Z' } as const;
    const attendance = { ...SAMPLE_MINUTES.attendance, members: [left, back], guests: [guest] };
    const text = words(minutesHtml({ ...SAMPLE_MINUTES, attendance }, options));
    expect(text).toContain(': có mặt tại phòng họp từ 08 giờ 00 đến 08 giờ 30 (về trước khi kết thúc).');
    expect(text).toContain('có mặt: 2 (tại phòng họp: 1; trực tuyến: 1), trong đó về trước khi kết thúc: 1;');
    expect(text).toContain(': có mặt tại phòng họp từ 08 giờ 00 đến 08 giờ 30; có mặt trực tuyến từ 09 giờ 00.');
    expect(text).toContain('- Bà Khách (dự trực tuyến, về lúc 09 giờ 00).');
  });
  it('[ATT-4] say that somebody came in place of another also where nobody recorded who', () => {
    const represented = { ...SAMPLE_MINUTES.chair, presence: 'represented', by: { name: '', position: '' } } as const;
    const attendance = { ...SAMPLE_MINUTES.attendance, members: [represented] };
    const text = words(minutesHtml({ ...SAMPLE_MINUTES, attendance }, options));
    expect(text).toContain(': vắng mặt, có người dự thay.');
  });
  it('[MIN-9] say of the quorum when it was counted, and when it was reached', () => {
    const quorumIs = (change: Partial<MinutesContent['attendance']['quorum']>): string => {
      const quorum = { ...SAMPLE_MINUTES.attendance.quorum, ...change };
      return words(minutesHtml({ ...SAMPLE_MINUTES, attendance: { ...SAMPLE_MINUTES.attendance, quorum } }, options));
    };
    expect(quorumIs({})).toContain(
      ' Có mặt 5/7 thành viên (71,43%); cần ít nhất 2/3 tổng số thành viên (tức 5 người trở lên). ' +
        'Cuộc họp đủ điều kiện tiến hành.',
    );
    expect(quorumIs({ atOpening: true })).toContain('Lúc khai mạc, có mặt 5/7 thành viên (71,43%); cần');
    expect(
      quorumIs({
        count: 4,
        met: false,
        atOpening: true,
        reached: { at: '2026-11-22T01:12:00Z', count: 5, base: 7, required: 5 },
      }),
    ).toContain(
      'Lúc khai mạc, có mặt 4/7 thành viên (57,14%); cần ít nhất 2/3 tổng số thành viên (tức 5 người trở lên). ' +
        'Từ 08 giờ 12, có mặt 5/7 thành viên (71,43%): cuộc họp đủ điều kiện tiến hành.',
    );
    expect(quorumIs({ count: 4, met: false, atOpening: true })).toContain('Cuộc họp không đủ điều kiện tiến hành.');
  });
  it('[MIN-8] have a part for what was said and decided outside of items, and say nothing else of it', () => {
    const [first, second] = SAMPLE_MINUTES.items;
    if (!first || !second) throw new Error('the sample has two items');
    const general = { speakers: first.speakers, motions: second.motions };
    const text = words(minutesHtml({ ...SAMPLE_MINUTES, items: [], general }, options));
    expect(text).toMatch(
      /Ngoài các nội dung trong chương trình Ý kiến phát biểu \(2 lượt.*Cuộc họp biểu quyết công khai.*Phần kết thúc Biên bản đã được đọc/u,
    );
    expect(text).not.toContain('chưa được tiến hành');
    expect(words(minutesHtml(SAMPLE_MINUTES, options))).not.toMatch(/Ngoài các nội dung|Phần kết thúc/u);
  });
  it('print a number only when the register gave one', () => {
    expect(words(minutesHtml({ ...SAMPLE_MINUTES, number: '12' }, options))).toContain('Số: 12/BB-UBND');
  });
  it('leave the end open while the meeting runs, and say which items have not come up', () => {
    const { end: _, ...running } = SAMPLE_MINUTES;
    const items: MinutesContent['items'] = [
      { ordinal: 1, title: 'Việc khác', papers: [], speakers: [], text: [], motions: [] },
    ];
    const text = words(minutesHtml({ ...running, items }, options));
    expect(text).toContain('kết thúc vào … giờ …, ngày … tháng … năm …./.');
    expect(text).toContain('Nội dung này chưa được tiến hành.');
  });
  it('say of the whole meeting’s conclusion what it is, after the closing text', () => {
    const conclusion = [{ type: 'paragraph' as const, runs: [{ text: 'Thống nhất toàn bộ chương trình.' }] }];
    const text = words(minutesHtml({ ...SAMPLE_MINUTES, conclusion }, options));
    expect(text).toMatch(/nhất trí\.\s+Kết luận cuộc họp:\s+Thống nhất toàn bộ chương trình\.\s+Cuộc họp kết thúc/u);
    expect(words(minutesHtml(SAMPLE_MINUTES, options))).not.toContain('Kết luận cuộc họp');
  });
  it('mark drafts, and nothing else', () => {
    expect(minutesHtml(SAMPLE_MINUTES, { ...options, draft: true })).toContain('>DỰ THẢO</div>');
    expect(minutesHtml(SAMPLE_MINUTES, options)).not.toContain('>DỰ THẢO<');
  });
  it('carry both signature places', () => {
    const document = minutesHtml(SAMPLE_MINUTES, options);
    expect(document.match(/href="phien-sign:(?:secretary|chair)"/gu)).toEqual([
      'href="phien-sign:secretary"',
      'href="phien-sign:chair"',
    ]);
  });
  it('bring text to NFC', () => {
    const document = minutesHtml({ ...SAMPLE_MINUTES, place: 'Phòng họp số 1'.normalize('NFD') }, options);
    expect(document).toContain('Phòng họp số 1'.normalize('NFC'));
  });
});

describe('every document', () => {
  const { organisation, title, kind, start, place, attendance, items, chair } = SAMPLE_MINUTES;
  const shared = { organisation, title, kind, start, place, printedAt: start };
  const motion = items[1]?.motions[0];
  if (motion === undefined) throw new Error('the sample has a vote');
  const voters = [{ ...chair, castAt: '2026-11-22T03:21:07Z', choice: 'Tán thành' }];
  const invitation = {
    organisation,
    title,
    kind,
    start,
    place,
    chair,
    symbol: 'GM-UBND',
    issuedPlace: 'Mường Thử',
    invited: ['Bà A'],
    agenda: items,
    notes: [],
    recipients: ['Như trên'],
    signer: { ...chair, onBehalfOf: 'TM. Ủy ban nhân dân' },
  };
  const documents: Record<string, (change: <T>(value: T) => T) => string> = {
    minutes: (change) => minutesHtml(change(SAMPLE_MINUTES), { ...options, draft: true }),
    invitation: (change) => invitationHtml(change(invitation), options),
    attendance: (change) => attendanceListHtml(change({ ...shared, attendance }), options),
    votes: (change) => voteListHtml(change({ ...shared, motion, voters }), options),
  };
  it.each(Object.entries(documents))('%s escapes whatever people typed', (_, make) => {
    const document = make(poisoned);
    expect(document).not.toMatch(/<script|<img|\u202E|(?![\n])\p{Cc}/u);
    expect(document).toContain('&lt;script&gt;');
    const tags = (text: string): string[] => (text.match(/<\/?[a-z0-9]+/gu) ?? []).toSorted();
    expect(new Set(tags(document))).toEqual(new Set(tags(make((value) => value))));
  });
  it.each(Object.entries(documents))('%s holds no style attribute, no script, no address to fetch', (_, make) => {
    const document = make((value) => value);
    expect(document).not.toMatch(/\sstyle=|\son[a-z]+=|<script|https?:/u);
  });
  it('shows under the policy of the page around it by that page’s nonce', () => {
    const document = minutesHtml(SAMPLE_MINUTES, { ...options, nonce: 'abcdEFGH1234==' });
    expect(document).toContain('<style nonce="abcdEFGH1234==">');
    expect(document).toContain('style-src &#39;nonce-abcdEFGH1234==&#39;; font-src phien:;');
    expect(() => minutesHtml(SAMPLE_MINUTES, { ...options, nonce: 'x"><script>' })).toThrow(RangeError);
  });
  it('never tells a secret vote’s choices or their order in time', () => {
    const secret = { ...shared, motion: { ...motion, secrecy: 'secret' as const }, voters };
    const table = voteListHtml(secret, options).replace(/[\s\S]*<tbody>/u, '');
    expect(table).toContain('Đã bỏ phiếu');
    expect(table).not.toContain('Tán thành');
    expect(table).not.toContain('10:21:07');
    expect(voteListHtml({ ...shared, motion, voters }, options).replace(/[\s\S]*<tbody>/u, '')).toContain('10:21:07');
  });
});
