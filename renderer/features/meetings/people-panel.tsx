import { Button } from '@fluentui/react-components';
import { Print20Regular } from '@fluentui/react-icons';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Connection, MeetingView } from '../../../common/contract/requests.ts';
import type { MemberId } from '../../../common/domain/ids.ts';
import type { Attendance, MeetingState } from '../../../common/domain/meeting-state.ts';
import { attendees, type RosterEntry } from '../../../common/domain/roster.ts';
import { usePeople } from '../../bridge/engine-values.ts';
import { savePdf } from '../../bridge/save-pdf.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { Status, type Tone } from '../../ui/screen.tsx';
import { calendarDate, clockTime, useLingering, useNow } from '../../ui/time.ts';
import { AttendanceMenu } from './attendance-menu.tsx';
import { endedCertificates } from './ended-certificates.ts';
import styles from './panel.module.css';
import { SpeakingQueue } from './speaking-queue.tsx';

const TONES: Readonly<Record<Attendance['status'], Tone>> = {
  'in-person': 'good',
  remote: 'good',
  absent: 'bad',
  represented: 'warn',
  left: 'warn',
};

/** Who is here and who wants to speak. */
export function PeoplePanel(props: {
  readonly view: MeetingView;
  readonly state: MeetingState;
  readonly acting: Acting;
}) {
  const { t } = useTranslation();
  const { view, state } = props;
  const online = useOnline(view.connection);
  const people = usePeople();
  const now = useNow(60_000);
  const ended = endedCertificates(people.state === 'known' ? people.value.members : [], now);
  const guests = state.roster.filter(({ role }) => role === 'guest');
  const members = attendees(state.roster).filter(({ role }) => role !== 'guest');
  return (
    <>
      <SpeakingQueue view={view} state={state} acting={props.acting} />
      <h3>{t('meeting.membersCount', { present: state.quorum.present, total: state.quorum.total })}</h3>
      <div>
        <Button
          icon={<Print20Regular />}
          onClick={() =>
            void savePdf('lists.attendance', t('meeting.attendanceList'), state.title, {
              meeting: view.summary.meeting,
            })
          }
          data-testid="save-attendance-list"
        >
          {t('meeting.printAttendance')}
        </Button>
      </div>
      <ul className={styles['list']}>
        {members.map((entry) => (
          <Person key={entry.member} {...props} entry={entry} online={online} ended={ended.get(entry.member)} />
        ))}
      </ul>
      {guests.length === 0 ? null : (
        <>
          <h3>{t('meeting.guests')}</h3>
          <ul className={styles['list']}>
            {guests.map((entry) => (
              <Person key={entry.member} {...props} entry={entry} online={online} ended={ended.get(entry.member)} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** Whose laptops are connected; null once this one has been cut off for two seconds, and can't know of the others. */
function useOnline({ role, state, online }: Connection): readonly MemberId[] | null {
  const known = role !== 'alone' && state === 'connected';
  const last = useRef(online);
  if (known) last.current = online;
  return useLingering(known) ? last.current : null;
}

/** `08:05`; `08:05–10:20` of who has left. */
function timeOf({ stays, since }: Attendance): string {
  const last = stays.at(-1);
  if (!last) return clockTime(since);
  return last.to === null ? clockTime(last.from) : `${clockTime(last.from)}–${clockTime(last.to)}`;
}

function Person(props: {
  readonly view: MeetingView;
  readonly state: MeetingState;
  readonly acting: Acting;
  readonly entry: RosterEntry;
  readonly online: readonly MemberId[] | null;
  /** When the certificate ended, if it has. */
  readonly ended: string | undefined;
}) {
  const { t } = useTranslation();
  const { view, state, entry, acting, online } = props;
  const attendance = state.attendance[entry.member];
  const connected = online?.includes(entry.member) || entry.member === view.me.member;
  const mayRecord = view.me.roles.office && state.phase !== 'closed' && !view.summary.readOnly;
  return (
    <li className={styles['person']} data-testid={`attendance-${entry.member}`}>
      <div className={styles['grow']}>
        <strong>{entry.name}</strong>
        <div className={styles['quiet']}>
          {entry.role === 'member' || entry.role === 'guest'
            ? entry.position
            : `${t(`role.${entry.role}`)} · ${entry.position}`}
        </div>
        {attendance ? (
          <Status tone={TONES[attendance.status]}>
            {t(`meeting.attendance.${attendance.status}`)}
            {attendance.reason === '' ? ` ${timeOf(attendance)}` : `: ${attendance.reason}`}
          </Status>
        ) : (
          <Status tone="quiet">{t('meeting.attendance.unknown')}</Status>
        )}
        {online === null || view.summary.readOnly ? null : (
          <div className={styles['quiet']} data-testid={`online-${entry.member}`}>
            {t(connected ? 'meeting.online' : 'meeting.notOnline')}
          </div>
        )}
        {props.ended === undefined || connected || view.summary.readOnly ? null : (
          <Status tone="warn" testid="cannot-join">
            {t('meeting.cannotJoin', { date: calendarDate(props.ended) })}
          </Status>
        )}
      </div>
      {mayRecord ? <AttendanceMenu state={state} acting={acting} entry={entry} /> : null}
    </li>
  );
}
