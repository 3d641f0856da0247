import { Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingId } from '../../../common/domain/ids.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { notify } from '../../ui/notify.ts';
import { screenStyles } from '../../ui/screen.tsx';

/** Gives the meeting to a relay, for people who are elsewhere. */
export function EntrustDialog(props: {
  readonly open: boolean;
  readonly meeting: MeetingId;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const entrust = useRequest('meetings.entrust');
  const [typed, setTyped] = useState('');
  const address = typed.trim();
  function close(): void {
    setTyped('');
    entrust.clear();
    props.onClose();
  }
  return (
    <Confirm
      open={props.open}
      title={t('meeting.entrustTitle')}
      action={t('meeting.entrustNow')}
      busy={entrust.busy}
      disabled={address === ''}
      testid="entrust"
      onCancel={close}
      onConfirm={() =>
        void entrust.run({ meeting: props.meeting, address }).then((done) => {
          if (done === undefined) return;
          notify('success', 'meeting.entrustDone', { address });
          close();
        })
      }
    >
      <div className={screenStyles['form']}>
        <p>{t('meeting.entrustHint')}</p>
        <Field label={t('meeting.relayAddress')} required hint={t('meeting.relayAddressHint')}>
          <Input
            value={typed}
            onChange={(_, { value }) => setTyped(value)}
            autoComplete="off"
            spellCheck={false}
            data-testid="entrust-address"
          />
        </Field>
        <Failure failure={entrust.failure} />
      </div>
    </Confirm>
  );
}
