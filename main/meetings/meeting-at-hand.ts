import type { Connection, MeetingSummary } from '../../common/contract/requests.ts';
import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { OwnChanges } from './own-changes.ts';
import { followOwnClock } from './own-clock.ts';
import type { PauseWord } from './paper-pause.ts';
import type { Attendance, PaperFetcher, PaperOffer } from './ports.ts';

/** An open meeting, and what goes on between this laptop and others for it. */
export interface MeetingAtHand {
  readonly meeting: OpenMeeting;
  readonly own: OwnChanges;
  readonly ownClock: ReturnType<typeof followOwnClock>;
  /** Under way or there: with others in the meeting. */
  attending: Promise<Attendance> | undefined;
  attendance: Attendance | undefined;
  fetcher: PaperFetcher | undefined;
  offer: PaperOffer | undefined;
  readonly stops: (() => void)[];
  /** Of what ends when this laptop leaves the others. */
  readonly attended: (() => void)[];
  telling: NodeJS.Timeout | undefined;
  /** As the list of meetings says it. */
  onlyHereSince: string | null;
  sealing: boolean;
  readonly receipted: Set<Sha256>;
  /** The paper in front in a window. */
  reading: Sha256 | null;
  /** What the person said about fetching papers of this meeting. */
  pauseWord: PauseWord | undefined;
}

export const newAtHand = (meeting: OpenMeeting, own: OwnChanges, now: () => Date): MeetingAtHand => ({
  meeting,
  own,
  ownClock: followOwnClock(now),
  attending: undefined,
  attendance: undefined,
  fetcher: undefined,
  offer: undefined,
  stops: [],
  attended: [],
  telling: undefined,
  onlyHereSince: null,
  sealing: false,
  receipted: new Set(),
  reading: null,
  pauseWord: undefined,
});

export const isHost = (one: MeetingAtHand | undefined): boolean => one?.attendance?.status().role === 'host';

/** Whose laptops are known to be there now. */
export const onlineWith = (one: MeetingAtHand): readonly MemberId[] => {
  const status = one.attendance?.status();
  return status && status.role !== 'alone' ? status.online : [];
};

export function linkOf(
  status: Pick<Connection, 'role'> & Partial<Pick<Connection, 'state' | 'online'>> = { role: 'alone' },
): MeetingSummary['link'] {
  const { role, state = 'offline', online = [] } = status;
  if (role === 'host') return online.length > 1 ? 'connected' : 'alone';
  return role === 'member' ? state : 'offline';
}
