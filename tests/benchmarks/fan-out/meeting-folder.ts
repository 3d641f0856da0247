import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../../common/domain/ids.ts';
import type { TestLaptop } from '../../fixtures/laptops.ts';
import { makePdf } from '../../fixtures/pdfs.ts';
import { openEngine } from '../engine-laptop.ts';
import { layDataFolder, type EnrolledOrganisation } from '../enrolled-people.ts';
import { prepareMeeting, type PreparedMeeting } from '../prepared-meeting.ts';

export interface MeetingFolder extends PreparedMeeting {
  /** The data folder of the secretary's laptop, which carries the meeting. */
  readonly folder: string;
  readonly paper: Sha256;
}

/**
 * A convened meeting of everybody with one paper, on the secretary's laptop; `fill` may add to it
 * before it is closed.
 */
export async function meetingFolder(
  folder: string,
  organisation: EnrolledOrganisation,
  options: {
    readonly paperFile?: string;
    fill?(secretary: TestLaptop, prepared: MeetingFolder): Promise<void>;
  } = {},
): Promise<MeetingFolder> {
  const [person] = organisation.people;
  if (!person) throw new Error('nobody is enrolled');
  const held = join(folder, 'host');
  await layDataFolder(held, organisation, person);
  const file = options.paperFile ?? join(folder, 'bao-cao.pdf');
  if (!options.paperFile) await writeFile(file, await makePdf(3));
  const secretary = await openEngine(held, 'secretary');
  const prepared = await prepareMeeting(secretary, organisation.people, { items: 3, papers: [file] });
  const [paper] = prepared.papers;
  if (!paper) throw new Error('the paper was not added');
  const made = { ...prepared, folder: held, paper };
  await options.fill?.(secretary, made);
  // It is due every ten minutes, and otherwise in the first seconds of whoever opens this folder.
  await secretary.engine.store.backups.make();
  await secretary.close();
  return made;
}
