import { Button, Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MotionId, Sha256 } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { screenStyles } from '../../ui/screen.tsx';
import type { Asked } from './asked-of-me.ts';
import styles from './meeting.module.css';

interface AskedProps {
  readonly asked: Asked;
  readonly acting: Acting;
  /** The paper being read, which nobody needs to be offered. */
  readonly inFront: Sha256 | null;
  /** No console stands beside it, whose button would be the one to press. */
  readonly leading: boolean;
  readonly onVote: (motion: MotionId) => void;
  readonly onRead: (paper: Sha256) => void;
  readonly onMinutes: () => void;
}

/** Answers "what is asked of me now?" with a sentence and the button for it. */
export function AskedBanner(props: AskedProps & { readonly state: MeetingState }) {
  const { t } = useTranslation();
  const { asked, state } = props;
  const item = asked.what === 'read' ? state.items[asked.item] : undefined;
  const urgent = asked.what === 'check-in' || asked.what === 'vote' || asked.what === 'sign-minutes';
  return (
    <div
      className={urgent ? `${styles['asked']} ${styles['urgent']}` : styles['asked']}
      role="status"
      data-testid="asked-of-me"
      data-asked={asked.what}
    >
      <span className={styles['askedText']}>
        {t(`meeting.asked.${asked.what}`, { title: item?.title ?? '', ordinal: item?.ordinal ?? 0 })}
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
      return <CheckInButtons acting={acting} />;
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
    case 'sign-minutes':
    case 'freeze-minutes':
      return (
        <Button appearance={props.leading ? 'primary' : 'secondary'} onClick={props.onMinutes} data-testid="to-minutes">
          {t('meeting.toMinutes')}
        </Button>
      );
    default:
      return null;
  }
}

function CheckInButtons({ acting }: { readonly acting: Acting }) {
  const { t } = useTranslation();
  const [absent, setAbsent] = useState(false);
  const [reason, setReason] = useState('');
  return (
    <span className={screenStyles['row']}>
      <Button
        appearance="primary"
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
        {t('meeting.reportAbsence')}
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
