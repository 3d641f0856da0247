import { Field, Select } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { attendees } from '../../../common/domain/roster.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { notify } from '../../ui/notify.ts';
import { screenStyles } from '../../ui/screen.tsx';

/** Names another secretary after the meeting was closed: the one before can't complete the minutes. */
export function NameSecretary(props: {
  readonly open: boolean;
  readonly state: MeetingState;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { state } = props;
  const appoint = useRequest('meetings.appointSecretary');
  const [chosen, setChosen] = useState('');
  const people = attendees(state.roster).filter(({ role }) => role === 'member' || role === 'guest');
  const person = people.find(({ member }) => member === chosen);
  function close(): void {
    setChosen('');
    appoint.clear();
    props.onClose();
  }
  return (
    <Confirm
      open={props.open}
      title={t('minutes.nameSecretaryTitle')}
      action={t('minutes.nameSecretaryNow')}
      busy={appoint.busy}
      disabled={person === undefined}
      testid="confirm-name-secretary"
      onCancel={close}
      onConfirm={() => {
        if (!person) return;
        const { member, name } = person;
        void appoint.run({ meeting: state.meeting, member }).then((done) => {
          if (done === undefined) return;
          notify('success', 'minutes.secretaryNamed', { name });
          close();
        });
      }}
    >
      <div className={screenStyles['form']}>
        <p>{t('minutes.nameSecretaryText')}</p>
        <Field label={t('minutes.newSecretary')} required>
          <Select value={chosen} onChange={(_, { value }) => setChosen(value)} data-testid="new-secretary">
            <option value="" />
            {people.map(({ member, name, position }) => (
              <option key={member} value={member}>
                {position === '' ? name : `${name} (${position})`}
              </option>
            ))}
          </Select>
        </Field>
        <Failure failure={appoint.failure} />
      </div>
    </Confirm>
  );
}
