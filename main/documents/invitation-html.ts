import type { InvitationContent } from '../../common/domain/minutes.ts';
import { html } from './html.ts';
import type { PageOptions } from './page.ts';
import { blocks, letterhead, page, recipientList, stopped } from './page.ts';
import { longDate, timeAndDate } from './wording.ts';

/** Invitation by Form 1.7 of Decree 30/2020/ND-CP as a complete document. */
export function invitationHtml(content: InvitationContent, options: PageOptions): string {
  const { organisation, invited, agenda, signer } = content;
  const issued = html`<p class="place-date">${content.issuedPlace}, ${longDate(content.issuedAt)}</p>`;
  const number = html`<p class="number">Số: ${content.number ?? '…'}/${content.symbol}</p>`;
  const body = html`${letterhead(organisation, { left: number, right: issued })}
    <div class="title">
      <h1>GIẤY MỜI</h1>
      <p>${content.title}</p>
    </div>
    <p>${organisation.name} trân trọng kính mời:</p>
    ${
      invited.length === 0
        ? html`<p class="invited">…………………………………………………………</p>`
        : invited.map((name) => html`<p class="invited">- ${name.trim().replace(/[.;]+$/u, '')};</p> `)
    }
    <p>Tới dự: ${stopped(content.title)}</p>
    <p>Chủ trì: ${content.chair.name}${content.chair.position !== '' && `, ${content.chair.position}`}.</p>
    <p>Thời gian: ${timeAndDate(content.start)}.</p>
    <p>Địa điểm: ${stopped(content.place)}</p>
    ${agenda.length > 0 && html`<p>Chương trình:</p>`}
    ${agenda.map(
      ({ ordinal, title, presenter }) =>
        html`<p class="numbered">
          ${ordinal}.
          ${title.trim().replace(/[.;]+$/u, '')}${presenter !== undefined && ` (người trình bày: ${presenter.name})`};
        </p> `,
    )}
    ${blocks(content.notes)}
    <div class="letter-foot">
      ${recipientList(content.recipients, 'Lưu: VT.')}
      <div class="signatures">
        ${signer.onBehalfOf !== undefined && html`<p class="role">${signer.onBehalfOf.toLocaleUpperCase('vi')}</p>`}
        <p class="role">${signer.position.toLocaleUpperCase('vi')}</p>
        <a class="sign-place" href="phien-sign:chair" aria-label="Chữ ký: ${signer.name}"></a>
        <p class="name">${signer.name}</p>
      </div>
    </div>`;
  return page(`Giấy mời ${content.title}`, body, options);
}
