import { by, PIN, unlock } from '../e2e/steps.ts';
import { launchPhien, type Phien } from '../e2e/launch.ts';
import type { MeetingId } from '../../common/domain/ids.ts';

/** The built application on an enrolled person's data folder, unlocked, at home. Everything stays on this computer. */
export async function startUnlocked(data: string): Promise<Phien> {
  const phien = await launchPhien({ data, env: { PHIEN_DISCOVERY: 'loopback' } });
  await unlock(phien.page, PIN);
  await by(phien.page, 'go-home').waitFor({ timeout: 60_000 });
  return phien;
}

/** From home into the meeting, as by its card. */
export async function enterMeeting({ page }: Phien, meeting: MeetingId): Promise<void> {
  const card = by(page, `meeting-${meeting}`);
  await card.getByTestId('enter-meeting').click({ timeout: 60_000 });
  await by(page, 'happening').waitFor({ timeout: 60_000 });
}
