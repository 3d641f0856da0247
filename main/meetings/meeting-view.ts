import { readPlanMeta } from '../../common/collab/plan.ts';
import type { LinkDiagnostics } from '../../common/contract/diagnostics.ts';
import type { Connection, MeetingSummary, MeetingView, OwnClockTimes } from '../../common/contract/requests.ts';
import { BODY_PRESETS } from '../../common/domain/body-rules.ts';
import { certificateCourse, datedProblem } from '../../common/domain/certificate-course.ts';
import { isOffice } from '../../common/domain/roster.ts';
import { linkOf } from './meeting-at-hand.ts';
import type { Session } from './organisation.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { SavedState } from './own-changes.ts';
import type { AttendanceStatus, StoredMeeting } from './ports.ts';

/** What lists and stored summaries say of an open meeting; the acts' word goes before the plan's. */
export function summaryOf(meeting: OpenMeeting): StoredMeeting['summary'] {
  const state = meeting.state();
  const source = state ?? readPlanMeta(meeting.plan);
  return {
    title: source?.title ?? '',
    kind: source?.kind ?? '',
    start: source?.start ?? '',
    place: source?.place ?? '',
    phase: state ? (state.minutes.stage === 'sealed' ? 'sealed' : state.phase) : 'draft',
  };
}

export function listed(
  stored: StoredMeeting,
  session: Session,
  now: Pick<MeetingSummary, 'link' | 'carrying' | 'onlyHereSince'>,
): MeetingSummary {
  return {
    meeting: stored.id,
    ...stored.summary,
    mine: stored.convener === session.member,
    ...now,
    readOnly: stored.readOnly,
  };
}

export function viewOf(
  meeting: OpenMeeting,
  session: Session,
  stored: StoredMeeting,
  connection: Connection,
  onlyHereSince: string | null,
  ownClock: (state: MeetingView['state'], connection: Connection) => OwnClockTimes,
): MeetingView {
  const state = meeting.state() ?? null;
  const { convener, roster } = meeting.writers();
  const mine = roster.find((entry) => entry.member === session.member);
  const meta = readPlanMeta(meeting.plan);
  const { name, parent, symbol } = session.organisation;
  return {
    summary: listed({ ...stored, summary: summaryOf(meeting) }, session, {
      link: linkOf(connection),
      carrying: connection.role === 'host',
      onlyHereSince,
    }),
    state,
    me: {
      member: session.member,
      roles: {
        office: isOffice(roster, session.member) || (state === null && convener === session.member),
        chair: mine?.role === 'chair',
        secretary: mine?.role === 'secretary',
        convener: convener === session.member,
        voting: mine?.voting ?? false,
      },
    },
    connection,
    ownClock: ownClock(state, connection),
    rules: state?.rules ?? meta?.rules ?? BODY_PRESETS['peoples-committee'],
    organisation: state?.organisation ?? { name, parent, symbol },
  };
}

export function connectionOf(
  session: Session,
  saved: SavedState,
  nameOf: (member: string) => string | null,
  how: AttendanceStatus,
  now: () => Date,
): Omit<Connection, 'metered'> {
  const nothing = {
    carriedBy: null,
    addresses: [],
    online: [],
    since: null,
    lastReceived: null,
    clockAhead: null,
    problem: null,
  };
  switch (how.role) {
    case 'host':
      return {
        ...nothing,
        ...saved,
        ...how,
        state: 'connected',
        carriedBy: session.name,
        online: [session.member, ...how.online.filter((member) => member !== session.member)],
      };
    case 'member': {
      const { role, state, problem, carriedBy, address, online, since, lastReceived, clockAhead } = how;
      return {
        ...saved,
        role,
        state,
        problem: problem && datedProblem(problem, certificateCourse(session.validity, now().getTime())),
        carriedBy: carriedBy && nameOf(carriedBy),
        addresses: address === null ? [] : [address],
        online,
        since,
        lastReceived,
        clockAhead,
      };
    }
    case 'alone':
      return { ...nothing, ...saved, role: 'alone', state: 'offline' };
  }
}

/** The numbers of it, without names; undefined for a meeting that is connected with nobody. */
export function linkDiagnosticsOf(connection: Connection): LinkDiagnostics | undefined {
  const { role, state, since, lastReceived, problem, online, onlyHere, savedOn, clockAhead } = connection;
  if (role === 'alone') return undefined;
  return { role, state, since, lastReceived, problem, people: online.length, onlyHere, savedOn, clockAhead };
}
