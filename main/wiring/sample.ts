import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../../common/contract/port.ts';
import type { SampleMeeting } from '../meetings/sample.ts';

const sampleSchema = z.object({
  title: z.string(),
  kind: z.string(),
  place: z.string(),
  items: z.array(
    z.object({
      title: z.string(),
      presenter: z.string(),
      minutes: z.number(),
      motions: z.array(z.string()),
      papers: z.array(z.object({ file: z.string().regex(/^[\w.-]+\.pdf$/) })),
    }),
  ),
});

/** The sample meeting that comes with the application. */
export async function samplePlan(folder: string): Promise<SampleMeeting> {
  const text = await readFile(join(folder, 'meeting.json'), 'utf8').catch(() => {
    throw new Refusal('no-sample');
  });
  const sample = sampleSchema.parse(JSON.parse(text));
  return {
    meeting: { title: sample.title, kind: sample.kind, place: sample.place },
    items: sample.items.map((item) => ({
      ...item,
      papers: item.papers.map((paper) => join(folder, paper.file)),
    })),
  };
}
