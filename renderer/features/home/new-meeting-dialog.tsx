import { Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_LINE } from '../../../common/collab/plan.ts';
import { isPossibleStart } from '../../../common/collab/summons.ts';
import type { MeetingId } from '../../../common/domain/ids.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { screenStyles } from '../../ui/screen.tsx';
import { fromInputParts, inputParts } from '../../ui/time.ts';
import styles from './home.module.css';

const tomorrow = (): string => inputParts(Date.now() + 24 * 3600 * 1000).date;

/** The little that a meeting starts with; everything else on the prepare screen. */
export function NewMeetingDialog(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onMade: (meeting: MeetingId) => void;
}) {
  const { t } = useTranslation();
  const create = useRequest('meetings.create');
  const [title, setTitle] = useState('');
  const [kind, setKind] = useState(t('home.defaultKind'));
  const [date, setDate] = useState(tomorrow);
  const [time, setTime] = useState('08:00');
  const [place, setPlace] = useState('');
  const start = fromInputParts(date, time);
  return (
    <Confirm
      open={props.open}
      title={t('home.newMeeting')}
      action={t('home.create')}
      busy={create.busy}
      disabled={title.trim() === '' || start === undefined || !isPossibleStart(start)}
      testid="create-meeting"
      onCancel={props.onClose}
      onConfirm={() => {
        if (start === undefined) return;
        void create.run({ title, kind, start, place }).then((made) => {
          if (!made) return;
          setTitle('');
          props.onClose();
          props.onMade(made.meeting);
        });
      }}
    >
      <div className={screenStyles['form']}>
        <Field label={t('meeting.title')} required>
          <Input
            value={title}
            maxLength={MAX_LINE}
            onChange={(_, { value }) => setTitle(value)}
            data-testid="meeting-title"
          />
        </Field>
        <Field label={t('meeting.kind')}>
          <Input
            value={kind}
            maxLength={MAX_LINE}
            onChange={(_, { value }) => setKind(value)}
            data-testid="meeting-kind"
          />
        </Field>
        <div className={styles['pair']}>
          <Field label={t('meeting.date')} required>
            <Input
              type="date"
              max="9999-12-31"
              value={date}
              onChange={(_, { value }) => setDate(value)}
              data-testid="meeting-date"
            />
          </Field>
          <Field label={t('meeting.time')} required>
            <Input type="time" value={time} onChange={(_, { value }) => setTime(value)} data-testid="meeting-time" />
          </Field>
        </div>
        <Field label={t('meeting.place')}>
          <Input
            value={place}
            maxLength={MAX_LINE}
            onChange={(_, { value }) => setPlace(value)}
            data-testid="meeting-place"
          />
        </Field>
        <Failure failure={create.failure} />
      </div>
    </Confirm>
  );
}
