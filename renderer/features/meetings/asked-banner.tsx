import { Button, Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Connection } from '../../../common/contract/requests.ts';
import type { MotionId, Sha256 } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { isOnlyHere } from '../../ui/reach.ts';
import { screenStyles } from '../../ui/screen.tsx';
import { clockTime, useNow } from '../../ui/time.ts';
import { wordsFor, type Asked } from './asked-of-me.ts';
import styles from './meeting.module.css';

interface AskedProps {
  readonly asked: Asked;
  readonly acting: Acting;
  /** The paper being read, which nobody needs to be offered. */
  readonly inFront: Sha256 | null;
  readonly onVote: (motion: MotionId) => void;
  readonly onRead: (paper: Sha256) => void;
}

/** Answers "what is asked of me now?" with a sentence and the button for it. */
export function AskedBanner(
  props: AskedProps & {
    readonly state: MeetingState;
    readonly connection: Connection;
    /** Who reads it chairs the meeting. */
    readonly leads: boolean;
  },
) {
  const { t } = useTranslation();
  const { asked, state, leads } = props;
  const now = useNow(1000);
  const lonely = asked.what === 'wait-for-result' && isOnlyHere(props.connection, asked.at, now);
  const said = lonely ? 'ballot-only-here' : asked.what;
  const item = asked.what === 'read' ? state.items[asked.item] : undefined;
  const urgent = lonely || asked.what === 'check-in' || asked.what === 'vote' || asked.what === 'sign-minutes';
  return (
    <div
      className={urgent ? `${styles['asked']} ${styles['urgent']}` : styles['asked']}
      role="status"
      data-testid="asked-of-me"
      data-asked={said}
    >
      <span className={styles['askedText']}>
        {t(`meeting.asked.${lonely ? said : wordsFor(asked, leads)}`, {
          title: item?.title ?? '',
          ordinal: item?.ordinal ?? 0,
          time: asked.what === 'left' ? clockTime(asked.at) : '',
        })}
      </span>
      <AskedButtons {...props} />
    </div>
  );
}

function AskedButtons(props: AskedProps) {
  const { t } = useTranslation();
  const { asked, acting } = props;
  switch (asked.what) {
    case 'check-in':
    case 'away':
    case 'left':
      return <CheckInButtons acting={acting} away={asked.what !== 'check-in'} />;
    case 'vote':
      return (
        <Button appearance="primary" onClick={() => props.onVote(asked.motion)} data-testid="open-vote-card">
          {t('meeting.toVote')}
        </Button>
      );
    case 'read':
    case 'read-minutes': {
      const { paper } = asked;
      return paper === null || paper === props.inFront ? null : (
        <Button onClick={() => props.onRead(paper)} data-testid="read-now">
          {t(asked.what === 'read' ? 'meeting.toRead' : 'meeting.toMinutes')}
        </Button>
      );
    }
    // Minutes are written and signed by the chair's office, whose console has the button for it.
    default:
      return null;
  }
}

function CheckInButtons({ acting, away }: { readonly acting: Acting; readonly away: boolean }) {
  const { t } = useTranslation();
  const [absent, setAbsent] = useState(false);
  const [reason, setReason] = useState('');
  return (
    <span className={screenStyles['row']}>
      <Button
        appearance={away ? 'secondary' : 'primary'}
        disabledFocusable={acting.busy}
        onClick={() => void acting.act('checked-in', { how: 'in-person' })}
        data-testid="check-in"
      >
        {t('meeting.checkIn')}
      </Button>
      <Button
        disabledFocusable={acting.busy}
        onClick={() => void acting.act('checked-in', { how: 'remote' })}
        data-testid="check-in-remote"
      >
        {t('meeting.checkInRemote')}
      </Button>
      <Button appearance="subtle" onClick={() => setAbsent(true)} data-testid="report-absence">
        {t(away ? 'meeting.changeAbsence' : 'meeting.reportAbsence')}
      </Button>
      <Confirm
        open={absent}
        title={t('meeting.reportAbsence')}
        action={t('meeting.sendAbsence')}
        disabled={reason.trim() === ''}
        busy={acting.busy}
        testid="send-absence"
        onCancel={() => setAbsent(false)}
        onConfirm={() =>
          void acting
            .act('absence-reported', { reason: reason.trim().slice(0, 500) })
            .then((done) => (done ? setAbsent(false) : undefined))
        }
      >
        <Field label={t('meeting.absenceReason')} required>
          <Input value={reason} onChange={(_, { value }) => setReason(value)} data-testid="absence-reason" />
        </Field>
      </Confirm>
    </span>
  );
}
