import { Button, useId } from '@fluentui/react-components';
import { CalendarLtr20Regular, Location20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { MeetingSummary } from '../../../common/contract/requests.ts';
import { screenStyles, Status, type Tone } from '../../ui/screen.tsx';
import { dateAndTime, dayAndTime } from '../../ui/time.ts';
import { isIn, standingOf } from './group-meetings.ts';
import styles from './home.module.css';

const TONES: Readonly<Record<ReturnType<typeof standingOf>, Tone>> = {
  'from-package': 'quiet',
  draft: 'warn',
  convened: 'quiet',
  open: 'good',
  closed: 'quiet',
  sealed: 'good',
  'opened-offline': 'quiet',
  'opened-alone': 'quiet',
  'opened-waiting': 'warn',
  'opened-refused': 'bad',
};

export function MeetingCard(props: {
  readonly meeting: MeetingSummary;
  readonly onPrepare: () => void;
  readonly onEnter: () => void;
}) {
  const { t } = useTranslation();
  const { meeting } = props;
  const title = useId('meeting');
  const standing = standingOf(meeting);
  const prepares = meeting.mine && !meeting.readOnly && (meeting.phase === 'draft' || meeting.phase === 'convened');
  return (
    <li className={styles['meeting']} data-testid={`meeting-${meeting.meeting}`}>
      <div className={styles['what']}>
        <h3 id={title}>{meeting.title}</h3>
        <div className={styles['facts']}>
          {meeting.kind === '' ? null : <span>{meeting.kind}</span>}
          <span className={screenStyles['status']}>
            <CalendarLtr20Regular aria-hidden /> {dateAndTime(meeting.start)}
          </span>
          {meeting.place === '' ? null : (
            <span className={screenStyles['status']}>
              <Location20Regular aria-hidden /> {meeting.place}
            </span>
          )}
        </div>
        <Status tone={TONES[standing]} testid="standing">
          {t(`home.standing.${standing}`)}
          {meeting.carrying ? ` · ${t('home.carrying')}` : ''}
        </Status>
        {meeting.onlyHereSince === null || meeting.phase === 'draft' ? null : (
          <Status tone={meeting.phase === 'convened' ? 'quiet' : 'warn'} testid="only-here">
            {t('home.onlyHere', { time: dayAndTime(meeting.onlyHereSince) })}
          </Status>
        )}
      </div>
      {prepares ? (
        <Button onClick={props.onPrepare} aria-describedby={title} data-testid="prepare-meeting">
          {t('home.prepare')}
        </Button>
      ) : null}
      {meeting.phase === 'draft' ? null : (
        <Button
          appearance={meeting.phase === 'open' || meeting.phase === 'convened' ? 'primary' : 'secondary'}
          onClick={props.onEnter}
          aria-describedby={title}
          data-testid="enter-meeting"
        >
          {t(`home.${wayIn(meeting)}`)}
        </Button>
      )}
    </li>
  );
}

/** What the button says: in a meeting that this laptop is joined to, one only opens it. */
function wayIn({ phase, link, readOnly }: MeetingSummary): 'open' | 'look' | 'enter' {
  if (isIn(link) && !readOnly) return 'open';
  return readOnly || phase === 'closed' || phase === 'sealed' ? 'look' : 'enter';
}
