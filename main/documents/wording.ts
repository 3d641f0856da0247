import type { Arithmetic, MeetingKind, MinutesAttendance, Threshold, VoteBase } from '../../common/domain/minutes.ts';

/** The words that official documents use for numbers, times and votes. Documents are Vietnamese in every interface language. */

const VIETNAM_OFFSET_MS = 7 * 60 * 60 * 1000;
const UNKNOWN = '…';

const two = (value: number): string => String(value).padStart(2, '0');

function inVietnam(iso: string): Date | undefined {
  const instant = Date.parse(iso);
  return Number.isNaN(instant) ? undefined : new Date(instant + VIETNAM_OFFSET_MS);
}

/** `08 giờ 00`; `… giờ …` where the time is unknown. */
export function clockTime(iso: string | undefined): string {
  const date = iso === undefined ? undefined : inVietnam(iso);
  if (date === undefined) return `${UNKNOWN} giờ ${UNKNOWN}`;
  return `${two(date.getUTCHours())} giờ ${two(date.getUTCMinutes())}`;
}

/** `ngày 22 tháng 11 năm 2026`; days below 10 and months below 3 get a zero in front, as the decree writes them. */
export function longDate(iso: string | undefined): string {
  const date = iso === undefined ? undefined : inVietnam(iso);
  if (date === undefined) return `ngày ${UNKNOWN} tháng ${UNKNOWN} năm ${UNKNOWN}`;
  const month = date.getUTCMonth() + 1;
  return `ngày ${two(date.getUTCDate())} tháng ${month < 3 ? two(month) : month} năm ${date.getUTCFullYear()}`;
}

/** `08 giờ 00, ngày 22 tháng 11 năm 2026`. */
export function timeAndDate(iso: string | undefined): string {
  return `${clockTime(iso)}, ${longDate(iso)}`;
}

/** `08:12:05`, for lists where seconds matter; `…` where unknown. */
export function preciseTime(iso: string | undefined): string {
  const date = iso === undefined ? undefined : inVietnam(iso);
  if (date === undefined) return UNKNOWN;
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

/** Whole seconds between two times; undefined where one is unknown or they are the wrong way round. */
export function secondsBetween(from: string, to: string | undefined): number | undefined {
  const length = to === undefined ? Number.NaN : Date.parse(to) - Date.parse(from);
  return Number.isNaN(length) || length < 0 ? undefined : Math.round(length / 1000);
}

/** `3 phút 20 giây`, `1 giờ 5 phút`. */
export function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  const words = [hours > 0 && `${hours} giờ`, minutes > 0 && `${minutes} phút`, rest > 0 && `${rest} giây`];
  return words.filter((word) => word !== false).join(' ') || '0 giây';
}

/** `71,43%`, rounded half up to two decimals without floating point; whole numbers without decimals. */
export function percentage(count: number, base: number): string {
  if (base <= 0) return '0%';
  const hundredths = Number(
    (BigInt(Math.trunc(count)) * 20000n + BigInt(Math.trunc(base))) / (BigInt(Math.trunc(base)) * 2n),
  );
  const whole = Math.floor(hundredths / 100);
  const decimals = hundredths % 100;
  return decimals === 0 ? `${whole}%` : `${whole},${two(decimals)}%`;
}

/** `trên 1/2` or `ít nhất 2/3`; the whole is said as such. */
export function thresholdWords(threshold: Threshold): string {
  if (threshold.kind === 'reach' && threshold.numerator === threshold.denominator) return 'toàn bộ';
  return `${threshold.kind === 'exceed' ? 'trên' : 'ít nhất'} ${threshold.numerator}/${threshold.denominator}`;
}

/** Those entitled to take part: members of a committee, deputies of a council. */
export function memberWord(kind: MeetingKind): string {
  return kind === 'council-sitting' ? 'đại biểu' : 'thành viên';
}

/** `Cuộc họp` or `Phiên họp`. */
export function meetingWord(kind: MeetingKind): string {
  return kind === 'council-sitting' ? 'Phiên họp' : 'Cuộc họp';
}

function baseWords(base: VoteBase, kind: MeetingKind): string {
  const people = memberWord(kind);
  if (base === 'all') return `tổng số ${people}`;
  return base === 'present' ? `số ${people} có mặt` : `số ${people} tham gia biểu quyết`;
}

/** `Tán thành: 5/7 thành viên (71,43%); cần trên 1/2 tổng số thành viên (ít nhất 4).` without the final stop. */
export function voteArithmetic(label: string, arithmetic: Arithmetic, base: VoteBase, kind: MeetingKind): string {
  const { count, base: whole, threshold, required } = arithmetic;
  return (
    `${label}: ${count}/${whole} ${memberWord(kind)} (${percentage(count, whole)}); ` +
    `cần ${thresholdWords(threshold)} ${baseWords(base, kind)} (ít nhất ${required})`
  );
}

/**
 * `Lúc khai mạc, có mặt 5/7 thành viên (71,43%); cần ít nhất 2/3 tổng số thành viên (tức 5 người trở lên). Cuộc họp đủ điều
 * kiện tiến hành.` Without the first words as of now.
 */
export function quorumSentence(attendance: MinutesAttendance, kind: MeetingKind): string {
  const { count, base, threshold, required, met, atOpening, reached } = attendance.quorum;
  const people = memberWord(kind);
  const here = (of: { readonly count: number; readonly base: number }): string =>
    `có mặt ${of.count}/${of.base} ${people} (${percentage(of.count, of.base)})`;
  const needed = `cần ${thresholdWords(threshold)} tổng số ${people} (tức ${required} người trở lên)`;
  const begun = atOpening ? `Lúc khai mạc, ${here({ count, base })}` : here({ count, base }).replace('c', 'C');
  if (reached)
    return (
      `${begun}; ${needed}. Từ ${clockTime(reached.at)}, ${here(reached)}: ` +
      `${meetingWord(kind).toLocaleLowerCase('vi')} đủ điều kiện tiến hành.`
    );
  const conclusion = met ? 'đủ điều kiện tiến hành' : 'không đủ điều kiện tiến hành';
  return `${begun}; ${needed}. ${meetingWord(kind)} ${conclusion}.`;
}
