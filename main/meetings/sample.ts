import { putAgendaItem } from '../../common/collab/plan.ts';
import { asAgendaItemId } from '../../common/domain/ids.ts';
import { addPapers } from './meeting-papers.ts';
import { newLocalId, type OpenMeeting } from './open-meeting.ts';

/** A prepared agenda to try the application with. */
export interface SampleMeeting {
  readonly meeting: { readonly title: string; readonly kind: string; readonly place: string };
  readonly items: readonly {
    readonly title: string;
    readonly presenter: string;
    readonly minutes: number;
    readonly motions: readonly string[];
    /** Files of its papers. */
    readonly papers: readonly string[];
  }[];
}

/** Puts the sample's agenda and papers into a new meeting, through the same checks as a person's own files. */
export async function fillWithSample(
  deps: Parameters<typeof addPapers>[0],
  meeting: OpenMeeting,
  sample: SampleMeeting,
): Promise<void> {
  for (const [index, item] of sample.items.entries()) {
    const id = asAgendaItemId(newLocalId());
    const { title, presenter, minutes, motions } = item;
    meeting.change('plan', (doc) =>
      putAgendaItem(doc, { id, title, presenter, minutes, motions, order: index + 1, papers: [] }),
    );
    if (item.papers.length > 0)
      await addPapers(deps, meeting, { meeting: meeting.id, item: id, paths: [...item.papers] });
  }
}

/** The next full hour but one, RFC 3339 with Vietnam's offset. */
export function inAnHour(now: Date): string {
  const hour = new Date(Math.ceil((now.getTime() + 3_600_000) / 3_600_000) * 3_600_000);
  return `${new Date(hour.getTime() + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00`;
}
