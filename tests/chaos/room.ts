import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import { enrolledOrganisation, layDataFolder } from '../benchmarks/enrolled-people.ts';
import { openEngine } from '../benchmarks/engine-laptop.ts';
import { prepareMeeting } from '../benchmarks/prepared-meeting.ts';
import { makePdf } from '../fixtures/pdfs.ts';

/** Laptops as they are on the morning of the meeting: enrolled, the meeting convened at the secretary's, no one has come. */
export interface PreparedRoom {
  readonly meeting: MeetingId;
  readonly paper: Sha256;
  /** The secretary, who carries at first; the chair; members. */
  readonly members: readonly MemberId[];
  /** Lays copies of the first `count` laptops' data folders into `folder`. */
  lay(folder: string, count: number): Promise<readonly string[]>;
}

/** Real keys and certificates, made once: some seconds. */
export async function prepareRoom(folder: string, size: number): Promise<PreparedRoom> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const organisation = await enrolledOrganisation(size, { quickToUnlock: true });
  const { people } = organisation;
  const folders = people.map((_, index) => join(folder, `laptop-${index}`));
  for (const [index, person] of people.entries()) await layDataFolder(folders[index] as string, organisation, person);
  const file = join(folder, 'to-trinh.pdf');
  await writeFile(file, await makePdf(2));
  const secretary = await openEngine(folders[0] as string, 'secretary');
  const { meeting, papers } = await prepareMeeting(secretary, people, { items: 2, papers: [file] });
  await secretary.request('meetings.act', { meeting, kind: 'meeting-opened', body: {} });
  await secretary.request('meetings.stopCarrying', { meeting });
  // The next time it listens where it is told to, and knows nothing of having carried it here.
  for (const setting of ['port', `succession/${meeting}`]) secretary.engine.store.settings.remove(setting);
  await secretary.close();
  return {
    meeting,
    paper: papers[0] as Sha256,
    members: people.map((person) => person.member),
    async lay(target, count) {
      const laid = folders.slice(0, count).map((_, index) => join(target, `laptop-${index}`));
      await Promise.all(laid.map((to, index) => cp(folders[index] as string, to, { recursive: true })));
      return laid;
    },
  };
}
