import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** What the demonstration's meeting is about. */
export interface DemoPlan {
  readonly organisation: string;
  readonly parent: string;
  readonly title: string;
  readonly place: string;
  readonly people: Readonly<Record<Role, { readonly name: string; readonly position: string }>>;
  readonly items: readonly DemoItem[];
}

export type Role = 'secretary' | 'chair' | 'member' | 'remote';

export interface DemoItem {
  readonly title: string;
  readonly presenter: string;
  readonly papers: readonly DemoPaper[];
  readonly motions: readonly string[];
  readonly conclusion: string;
}

/** A file, and what the secretary has it as where that is not its own name. */
export interface DemoPaper {
  readonly file: string;
  readonly name?: string;
}

const sampleFolder = path.join(import.meta.dirname, '../../resources/sample-meeting');

const sampleSchema = z.object({
  title: z.string(),
  place: z.string(),
  organisation: z.object({ name: z.string() }),
  people: z.array(z.object({ name: z.string(), position: z.string(), role: z.string(), site: z.string() })),
  items: z.array(
    z.object({
      title: z.string(),
      presenter: z.string(),
      papers: z.array(z.object({ file: z.string(), title: z.string() })),
      motions: z.array(z.string()),
      conclusion: z.string(),
    }),
  ),
});

/** The sample meeting; `pdfs`, when given, take the place of its papers, one after the other over the items. */
export async function readPlan(pdfs: readonly string[]): Promise<DemoPlan> {
  const sample = sampleSchema.parse(JSON.parse(await readFile(path.join(sampleFolder, 'meeting.json'), 'utf8')));
  const person = (role: string, site: string): { name: string; position: string } => {
    const found = sample.people.find((one) => one.role === role && one.site === site);
    if (!found) throw new Error(`the sample meeting has no ${role} in ${site}`);
    return { name: found.name, position: found.position };
  };
  return {
    organisation: sample.organisation.name,
    parent: 'Ủy ban nhân dân tỉnh Thử Nghiệm',
    title: sample.title,
    place: sample.place,
    people: {
      secretary: person('secretary', 'room'),
      chair: person('chair', 'room'),
      member: person('member', 'room'),
      remote: person('member', 'remote'),
    },
    items: sample.items.map((item, index, all) => ({
      title: item.title,
      presenter: item.presenter,
      papers:
        pdfs.length > 0
          ? pdfs.filter((_, at) => at % all.length === index).map((file) => ({ file }))
          : item.papers.map(({ file, title }) => ({ file: path.join(sampleFolder, file), name: `${title}.pdf` })),
      motions: item.motions,
      conclusion: item.conclusion,
    })),
  };
}
