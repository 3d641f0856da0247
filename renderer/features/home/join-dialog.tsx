import { Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingId } from '../../../common/domain/ids.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { screenStyles } from '../../ui/screen.tsx';

/** For when the meeting does not appear by itself: the address that the host's screen shows. */
export function JoinDialog(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onJoined: (meeting: MeetingId) => void;
}) {
  const { t } = useTranslation();
  const join = useRequest('meetings.join');
  const [address, setAddress] = useState('');
  function close(): void {
    setAddress('');
    join.clear();
    props.onClose();
  }
  return (
    <Confirm
      open={props.open}
      title={t('home.joinTitle')}
      action={t('home.join')}
      busy={join.busy}
      disabled={address.trim() === ''}
      testid="join"
      onCancel={close}
      onConfirm={() =>
        void join.run({ address: address.trim() }).then((joined) => {
          if (!joined) return;
          close();
          props.onJoined(joined.meeting);
        })
      }
    >
      <div className={screenStyles['form']}>
        <Field label={t('home.address')} required hint={t('home.addressHint')}>
          <Input
            value={address}
            onChange={(_, { value }) => setAddress(value)}
            autoComplete="off"
            spellCheck={false}
            data-testid="join-address"
          />
        </Field>
        <Failure failure={join.failure} />
      </div>
    </Confirm>
  );
}
