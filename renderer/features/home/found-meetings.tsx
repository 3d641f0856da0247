import { Button, Spinner, useId } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FoundMeeting, MeetingSummary } from '../../../common/contract/requests.ts';
import type { MeetingId } from '../../../common/domain/ids.ts';
import { useEvent, useRequest } from '../../bridge/use-request.ts';
import { Failure } from '../../ui/failure.tsx';
import { screenStyles, Section } from '../../ui/screen.tsx';
import { dateAndTime, useLasting } from '../../ui/time.ts';
import { newlyFound } from './group-meetings.ts';
import styles from './home.module.css';

/** Meetings that laptops on this network carry: they appear by themselves, one button each. */
export function FoundMeetings(props: {
  readonly mine: readonly MeetingSummary[];
  readonly onEnter: (meeting: MeetingId) => void;
}) {
  const { t } = useTranslation();
  const [all, setAll] = useState<readonly FoundMeeting[]>([]);
  useEvent('meetings.found', setAll);
  const found = newlyFound(all, props.mine);
  if (found.length === 0) return null;
  return (
    <Section title={t('home.found')}>
      <ul className={screenStyles['list']}>
        {found.map((meeting) => (
          <FoundCard key={`${meeting.meeting} ${meeting.address}`} found={meeting} onEnter={props.onEnter} />
        ))}
      </ul>
    </Section>
  );
}

function FoundCard({
  found,
  onEnter,
}: {
  readonly found: FoundMeeting;
  readonly onEnter: (meeting: MeetingId) => void;
}) {
  const { t } = useTranslation();
  const title = useId('found');
  const join = useRequest('meetings.join');
  const takesTime = useLasting(join.busy);
  async function enter(): Promise<void> {
    const joined = await join.run({ address: found.address, meeting: found.meeting });
    if (joined) onEnter(joined.meeting);
  }
  return (
    <li className={`${styles['meeting']} ${styles['found']}`} data-testid={`found-${found.meeting}`}>
      <div className={styles['what']}>
        <h3 id={title}>{found.title}</h3>
        <div className={styles['facts']}>
          <span>{dateAndTime(found.start)}</span>
          <span>{t('home.carriedBy', { name: found.carriedBy })}</span>
        </div>
        <Failure failure={join.failure} />
      </div>
      <Button
        appearance="primary"
        {...(takesTime ? { icon: <Spinner size="tiny" /> } : {})}
        onClick={() => void enter()}
        disabledFocusable={join.busy}
        aria-describedby={title}
        data-testid="join-found"
      >
        {t('home.join')}
      </Button>
    </li>
  );
}
