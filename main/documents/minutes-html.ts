import type {
  MinutesAttendance,
  MinutesAttendee,
  MinutesContent,
  MinutesItem,
  MinutesMotion,
  MinutesPerson,
  MinutesSpeaker,
} from '../../common/domain/minutes.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import type { PageOptions } from './page.ts';
import { blocks, letterhead, page, recipientList, stopped } from './page.ts';
import {
  clockTime,
  duration,
  longDate,
  meetingWord,
  memberWord,
  percentage,
  preciseTime,
  quorumSentence,
  secondsBetween,
  timeAndDate,
  voteArithmetic,
} from './wording.ts';

/**
 * Minutes by Form 1.9 of Decree 30/2020/ND-CP as a complete document. Facts come from the acts, free text from the
 * secretary; all of it is escaped. The end of the text stays on one page with the signatures. The two places for signatures carry the links `phien-sign:secretary` and
 * `phien-sign:chair`, which the printed PDF keeps as annotations with the exact rectangle.
 */
export function minutesHtml(content: MinutesContent, options: PageOptions): string {
  const conclusion = content.conclusion ?? [];
  const last = conclusion.length > 0 ? conclusion : content.closing;
  const number = html`<p class="number">Số: ${content.number ?? '…'}/${content.symbol}</p>`;
  const body = html`${letterhead(content.organisation, { left: number })}
    <div class="title">
      <h1>BIÊN BẢN</h1>
      <p>${content.title}</p>
    </div>
    <p>Thời gian bắt đầu: ${timeAndDate(content.start)}.</p>
    <p>Địa điểm: ${stopped(content.place)}</p>
    ${attendanceSection(content)}
    <p><strong>Chủ trì (chủ tọa):</strong> ${person(content.chair)}.</p>
    <p><strong>Thư ký (người ghi biên bản):</strong> ${person(content.secretary)}.</p>
    <h2>Nội dung (theo diễn biến ${meetingWord(content.kind).toLocaleLowerCase('vi')}):</h2>
    ${blocks(content.opening ?? [])} ${content.items.map((item) => itemSection(item, content))}
    ${
      content.general !== undefined &&
      html`<section>
        <h2>Ngoài các nội dung trong chương trình</h2>
        ${speakersSection(content.general.speakers)}
        ${content.general.motions.map((motion) => motionSection(motion, content))}
      </section>`
    }
    ${content.general !== undefined && content.closing.length > 0 && html`<h2>Phần kết thúc</h2>`}
    ${
      conclusion.length > 0 &&
      html`${blocks(content.closing)}
        <h3>Kết luận ${meetingWord(content.kind).toLocaleLowerCase('vi')}:</h3>`
    }
    ${blocks(last.slice(0, -1))}
    <div class="keep">
      ${blocks(last.slice(-1))}
      <p>${meetingWord(content.kind)} kết thúc vào ${timeAndDate(content.end)}./.</p>
      ${signatures(content)} ${recipientList(content.recipients, 'Lưu: VT, Hồ sơ.')}
    </div>`;
  return page(`Biên bản ${content.title}`, body, options);
}

function person({ name, position }: MinutesPerson): Html {
  return position === '' ? html`${name}` : html`${name}, ${position}`;
}

function attendanceSection({ attendance, kind }: MinutesContent): Html {
  const { guests } = attendance;
  return html`<h2>Thành phần tham dự:</h2>
    <p>${attendanceCounts(attendance, memberWord(kind))}</p>
    ${attendance.members.map((member, index) => html`<p class="numbered">${index + 1}. ${member.name}${member.position !== '' && `, ${member.position}`}: ${presenceWords(member)}.</p> `)}
    ${guests.length > 0 && html`<p>Khách mời (${guests.length} người, không biểu quyết):</p>`}
    ${guests.map((guest) => html`<p class="dash">- ${person(guest)}${guestRemarks(guest)}.</p> `)}
    <p>${quorumSentence(attendance, kind)}</p>`;
}

function guestRemarks({ presence, leftAt }: MinutesAttendance['guests'][number]): string {
  const remarks = [presence === 'remote' && 'dự trực tuyến', leftAt !== undefined && `về lúc ${clockTime(leftAt)}`];
  const said = remarks.filter((remark) => remark !== false).join(', ');
  return said === '' ? '' : ` (${said})`;
}

/** Whether somebody who was there left before the end. */
export const leftEarly = (attendee: MinutesAttendee): boolean =>
  (attendee.presence === 'in-person' || attendee.presence === 'remote') && attendee.stays?.at(-1)?.to !== undefined;

function attendanceCounts({ members }: MinutesAttendance, people: string): string {
  const count = (presence: MinutesAttendee['presence']): number =>
    members.filter((one) => one.presence === presence).length;
  const [inPerson, remote, represented] = [count('in-person'), count('remote'), count('represented')];
  const left = members.filter(leftEarly).length;
  const [excused, absent] = [count('absent-with-reason'), count('absent')];
  const parts = [
    `tổng số ${people}: ${members.length}`,
    `có mặt: ${inPerson + remote} (tại phòng họp: ${inPerson}; trực tuyến: ${remote})${left > 0 ? `, trong đó về trước khi kết thúc: ${left}` : ''}`,
    represented > 0 && `cử người dự thay: ${represented}`,
    `vắng mặt có lý do: ${excused}`,
    `vắng mặt không báo lý do: ${absent}`,
  ].filter((part) => part !== false);
  const sentence = parts.join('; ');
  return `${sentence.charAt(0).toLocaleUpperCase('vi')}${sentence.slice(1)}.`;
}

/** How one person took part, as it follows the name after a colon. */
export function presenceWords(attendee: MinutesAttendee): string {
  switch (attendee.presence) {
    case 'in-person':
    case 'remote': {
      const how = (presence: 'in-person' | 'remote'): string =>
        presence === 'remote' ? 'có mặt trực tuyến' : 'có mặt tại phòng họp';
      const stays = (attendee.stays ?? []).map((stay) => {
        const until = stay.to === undefined ? '' : ` đến ${clockTime(stay.to)}`;
        return `${how(stay.how)} từ ${clockTime(stay.from)}${until}`;
      });
      const words = stays.join('; ') || how(attendee.presence);
      return leftEarly(attendee) ? `${words} (về trước khi kết thúc)` : words;
    }
    case 'absent-with-reason':
      return `vắng mặt có lý do (${attendee.reason.trim().replace(/[.]+$/u, '')})`;
    case 'absent':
      return attendee.notYet ? 'chưa điểm danh' : 'vắng mặt không báo lý do';
    case 'represented':
      if (attendee.by.name === '') return 'vắng mặt, có người dự thay';
      return `vắng mặt, cử ${attendee.by.name}${attendee.by.position === '' ? '' : ` (${attendee.by.position})`} dự thay`;
  }
}

function itemSection(item: MinutesItem, content: MinutesContent): Html {
  return html`<section>
    <h2>${item.ordinal}. ${item.title}</h2>
    ${itemTimes(item)} ${item.presenter !== undefined && html`<p>Người trình bày: ${person(item.presenter)}.</p>`}
    ${item.papers.length > 0 && html`<p>Tài liệu: ${item.papers.map(({ title }) => title.trim().replace(/[.;]+$/u, '')).join('; ')}.</p>`}
    ${blocks(item.text)} ${speakersSection(item.speakers)}
    ${item.motions.map((motion) => motionSection(motion, content))}
    ${
      item.conclusion !== undefined &&
      html`<h3>Kết luận của chủ tọa:</h3>
        ${blocks(item.conclusion)}`
    }
  </section> `;
}

function itemTimes({ openedAt, closedAt }: MinutesItem): Html | undefined {
  if (openedAt === undefined) return html`<p><em>Nội dung này chưa được tiến hành.</em></p>`;
  const until = closedAt === undefined ? '' : ` đến ${clockTime(closedAt)}`;
  return html`<p><em>Thời gian: từ ${clockTime(openedAt)}${until}.</em></p>`;
}

function speakersSection(speakers: readonly MinutesSpeaker[]): Html | undefined {
  if (speakers.length === 0) return undefined;
  const lengths = speakers.map(({ from, to }) => secondsBetween(from, to));
  const total = lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0);
  return html`<p>Ý kiến phát biểu (${speakers.length} lượt, tổng thời gian ${duration(total)}):</p>
    ${speakers.map((speaker, index) => {
      const length = lengths[index];
      return html`<p class="dash">
        - ${person(speaker)} (từ ${preciseTime(speaker.from)}${length !== undefined && `, ${duration(length)}`}).
      </p> `;
    })}`;
}

/** The text of the motion, every option with its count, and the arithmetic that leads to the result. */
export function motionSection(motion: MinutesMotion, { kind }: Pick<MinutesContent, 'kind'>): Html {
  const { arithmetic, options, voteBase } = motion;
  const people = memberWord(kind);
  const how = motion.secrecy === 'secret' ? 'biểu quyết kín' : 'biểu quyết công khai';
  const until = motion.closedAt === undefined ? '' : ` đến ${preciseTime(motion.closedAt)}`;
  const late = motion.votedLate ?? 0;
  const rows = [
    ...options,
    { label: 'Chưa bỏ phiếu', count: motion.notVoted - late },
    ...(late > 0 ? [{ label: 'Phiếu đến sau khi kết thúc, không được tính', count: late }] : []),
  ];
  const entitled = rows.reduce((sum, { count }) => sum + count, 0);
  return html`<div class="motion">
    <p>
      ${meetingWord(kind)} ${how} (từ ${preciseTime(motion.openedAt)}${until}, ${longDate(motion.openedAt)}) về nội
      dung: “${motion.text.trim().replace(/[.]+$/u, '')}”. Kết quả:
    </p>
    <table class="options">
      ${rows.map(
        ({ label, count }) =>
          html`<tr>
            <td>- ${label}:</td>
            <td class="count">${count}/${entitled}</td>
            <td>${people}</td>
            <td>(${percentage(count, entitled)})</td>
          </tr> `,
      )}
    </table>
    <p>
      ${voteArithmetic(options[motion.deciding]?.label ?? '', arithmetic, voteBase, kind)}.
      <strong>Kết luận: ${resultWords(motion)}.</strong>
    </p>
  </div> `;
}

function resultWords({ result, decidedByChair }: MinutesMotion): string {
  const words = result === 'passed' ? 'nội dung được thông qua' : 'nội dung không được thông qua';
  return decidedByChair === true ? `${words} (số phiếu bằng nhau, quyết định theo ý kiến của chủ tọa)` : words;
}

function signatures({ secretary, chair }: MinutesContent): Html {
  const place = (role: string, note: string, { name }: MinutesPerson, link: 'secretary' | 'chair'): Html =>
    html`<div>
      <p class="role">${role}</p>
      <p class="note">${note}</p>
      <a class="sign-place" href="phien-sign:${link}" aria-label="Chữ ký: ${name}"></a>
      <p class="name">${name}</p>
    </div>`;
  return html`<div class="signatures">
    ${place('THƯ KÝ', '(Chữ ký của người ghi biên bản)', secretary, 'secretary')}
    ${place('CHỦ TỌA', '(Chữ ký, dấu nếu có)', chair, 'chair')}
  </div>`;
}
