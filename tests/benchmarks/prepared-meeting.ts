import { putAgendaItem, putPlanPerson } from '../../common/collab/plan.ts';
import { asAgendaItemId, type AgendaItemId, type MeetingId, type Sha256 } from '../../common/domain/ids.ts';
import { until, type TestLaptop } from '../fixtures/laptops.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';
import type { EnrolledPerson } from './enrolled-people.ts';

export interface PreparedMeeting {
  readonly meeting: MeetingId;
  readonly items: readonly { readonly id: AgendaItemId; readonly title: string }[];
  readonly papers: readonly Sha256[];
}

/** What a secretary does before the day: people, an agenda, papers with the first item; convened and carried. */
export async function prepareMeeting(
  secretary: TestLaptop,
  people: readonly EnrolledPerson[],
  options: { readonly items: number; readonly papers: readonly string[] },
): Promise<PreparedMeeting> {
  const { meeting } = await secretary.request('meetings.create', {
    title: 'Phiên họp thường kỳ để đo',
    kind: 'Họp thường kỳ',
    start: '2026-11-23T08:00:00+07:00',
    place: 'Phòng họp số 1',
  });
  const plan = openWindowDocument(secretary, `${meeting}/plan`);
  await plan.synced;
  const items = Array.from({ length: options.items }, (_, index) => ({
    id: asAgendaItemId(`muc-${index + 1}`),
    title: `Nội dung thứ ${index + 1}: báo cáo, thảo luận và biểu quyết theo chương trình`,
  }));
  for (const [index, person] of people.entries())
    putPlanPerson(plan.doc, {
      member: person.member,
      name: person.name,
      position: person.position,
      role: index === 0 ? 'secretary' : index === 1 ? 'chair' : 'member',
      voting: true,
    });
  for (const [index, { id, title }] of items.entries())
    putAgendaItem(plan.doc, {
      id,
      title,
      presenter: people[index % people.length]?.name ?? '',
      minutes: 15,
      order: index + 1,
      papers: [],
      motions: [`Thông qua nội dung thứ ${index + 1}`],
    });
  await until(async () => (await secretary.request('meetings.state', { meeting })).summary.title !== '');
  const first = items[0];
  if (!first) throw new Error('a meeting has at least one item');
  const added = await secretary.request('papers.add', { meeting, item: first.id, paths: options.papers });
  const papers = added.map(({ name, paper, reason }) => {
    if (paper === null) throw new Error(`${name}: ${reason}`);
    return paper;
  });
  await secretary.request('meetings.convene', { meeting });
  await secretary.request('meetings.carry', { meeting });
  plan.close();
  return { meeting, items, papers };
}
