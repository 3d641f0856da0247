import type {
  AttendanceListContent,
  MeetingKind,
  MinutesAttendee,
  VoteListContent,
} from '../../common/domain/minutes.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { leftEarly, motionSection, presenceWords } from './minutes-html.ts';
import type { PageOptions } from './page.ts';
import { letterhead, page } from './page.ts';
import { clockTime, memberWord, preciseTime, quorumSentence, timeAndDate } from './wording.ts';

/** Who was there, for the file and the wall; with a column for signatures by hand, and the quorum. */
export function attendanceListHtml(content: AttendanceListContent, options: PageOptions): string {
  const { attendance, kind } = content;
  const { members, guests } = attendance;
  const body = html`${heading('DANH SÁCH ĐIỂM DANH', content)}
    ${signedTable(members.map((member) => ({ ...member, tookPart: capitalised(presenceWords(member)) })))}
    <p>${presenceSummary(members, kind)}</p>
    <p>${quorumSentence(attendance, kind)}</p>
    ${
      guests.length > 0 &&
      html`<h2>Khách mời</h2>
        ${signedTable(guests.map((guest) => ({ ...guest, tookPart: guestWords(guest) })))}`
    }
    ${printedLine(content.printedAt)}`;
  return page(`Danh sách điểm danh ${content.title}`, body, options);
}

/** A row a person, with room to sign by hand. */
function signedTable(
  people: readonly { readonly name: string; readonly position: string; readonly tookPart: string }[],
): Html {
  return html`<table class="list">
    <thead>
      <tr>
        <th class="narrow">TT</th>
        <th class="person">Họ và tên</th>
        <th>Chức vụ</th>
        <th>Tham dự</th>
        <th class="hand">Ký tên</th>
      </tr>
    </thead>
    <tbody>
      ${people.map(
        ({ name, position, tookPart }, index) =>
          html`<tr>
            <td class="centre">${index + 1}</td>
            <td>${name}</td>
            <td>${position}</td>
            <td>${tookPart}</td>
            <td></td>
          </tr> `,
      )}
    </tbody>
  </table>`;
}

function guestWords({ presence, leftAt }: AttendanceListContent['attendance']['guests'][number]): string {
  if (presence === undefined) return 'Chưa điểm danh';
  const how = presence === 'remote' ? 'Có mặt trực tuyến' : 'Có mặt tại phòng họp';
  return leftAt === undefined ? how : `${how} đến ${clockTime(leftAt)}`;
}

/**
 * One vote with everyone entitled to it. In a secret vote only who voted is printed, whatever `choice` and `castAt`
 * hold: the order or time of ballots could tell what they said.
 */
export function voteListHtml(content: VoteListContent, options: PageOptions): string {
  const { motion, voters, kind } = content;
  const secret = motion.secrecy === 'secret';
  const body = html`${heading('DANH SÁCH BIỂU QUYẾT', content)} ${motionSection(motion, { kind })}
    <table class="list">
      <thead>
        <tr>
          <th class="narrow">TT</th>
          <th class="person">Họ và tên</th>
          <th>Chức vụ</th>
          <th>${secret ? 'Bỏ phiếu kín' : 'Biểu quyết'}</th>
          ${!secret && html`<th>Lúc</th>`}
        </tr>
      </thead>
      <tbody>
        ${voters.map((voter, index) => {
          const voted = voter.choice !== undefined || voter.castAt !== undefined;
          const none = voter.late ? 'Phiếu đến sau khi kết thúc, không được tính' : 'Chưa bỏ phiếu';
          const choice = voted ? (secret ? 'Đã bỏ phiếu' : (voter.choice ?? 'Đã bỏ phiếu')) : none;
          return html`<tr>
            <td class="centre">${index + 1}</td>
            <td>${voter.name}</td>
            <td>${voter.position}</td>
            <td>${choice}</td>
            ${!secret && html`<td class="centre">${voter.castAt === undefined ? '' : preciseTime(voter.castAt)}</td>`}
          </tr> `;
        })}
      </tbody>
    </table>
    ${printedLine(content.printedAt)}`;
  return page(`Danh sách biểu quyết ${content.title}`, body, options);
}

function heading(name: string, content: AttendanceListContent | VoteListContent): Html {
  return html`${letterhead(content.organisation, {})}
    <div class="title">
      <h1>${name}</h1>
      <p>${content.title}</p>
      <p class="plain">${timeAndDate(content.start)}; ${content.place}</p>
    </div>`;
}

function presenceSummary(members: readonly MinutesAttendee[], kind: MeetingKind): string {
  const count = (...kinds: MinutesAttendee['presence'][]): number =>
    members.filter((member) => kinds.includes(member.presence) && !leftEarly(member)).length;
  const left = members.filter(leftEarly).length;
  const notYet = members.filter((member) => member.presence === 'absent' && member.notYet).length;
  return (
    `Tổng số ${memberWord(kind)}: ${members.length}; có mặt tại phòng họp: ${count('in-person')}; ` +
    `trực tuyến: ${count('remote')}; ${left > 0 ? `đã về: ${left}; ` : ''}cử người dự thay: ${count('represented')}; ` +
    `vắng mặt có lý do: ${count('absent-with-reason')}; vắng mặt không báo lý do: ${count('absent') - notYet}` +
    `${notYet > 0 ? `; chưa điểm danh: ${notYet}` : ''}.`
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase('vi') + text.slice(1);
}

function printedLine(at: string): Html {
  return html`<p><em>In từ phần mềm Phiên lúc ${timeAndDate(at)}. Danh sách này không thay thế biên bản.</em></p>`;
}
