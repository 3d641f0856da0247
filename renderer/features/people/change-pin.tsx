import { Button, Field, Input } from '@fluentui/react-components';
import { Key20Regular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { notify } from '../../ui/notify.ts';
import { screenStyles, Section } from '../../ui/screen.tsx';
import { isGoodSecret, NO_SECRET, PIN_LEAST, SecretFields } from './pin-fields.tsx';

/** The part of the settings that puts another PIN in the place of the one that is known. */
export function ChangePin() {
  const { t } = useTranslation();
  const change = useRequest('app.changePin');
  const [open, setOpen] = useState(false);
  const [oldPin, setOldPin] = useState('');
  const [pin, setPin] = useState(NO_SECRET);

  function close(): void {
    setOpen(false);
    setOldPin('');
    setPin(NO_SECRET);
    change.clear();
  }

  async function save(): Promise<void> {
    if ((await change.run({ oldPin, pin: pin.first })) === undefined) return;
    close();
    notify('success', 'people.changePin.changed');
  }

  return (
    <Section title={t('people.pin.label')} hint={t('people.changePin.hint')}>
      <div>
        <Button icon={<Key20Regular />} onClick={() => setOpen(true)} data-testid="change-pin">
          {t('people.changePin.action')}
        </Button>
      </div>
      <Confirm
        open={open}
        title={t('people.changePin.action')}
        action={t('people.changePin.action')}
        busy={change.busy}
        disabled={oldPin === '' || !isGoodSecret(pin, PIN_LEAST)}
        testid="confirm-change-pin"
        onCancel={close}
        onConfirm={() => void save()}
      >
        <div className={screenStyles['form']}>
          <Field label={t('people.changePin.old')} required>
            <Input
              type="password"
              autoComplete="off"
              value={oldPin}
              onChange={(_, { value }) => setOldPin(value)}
              data-testid="old-pin"
            />
          </Field>
          <SecretFields kind="newPin" value={pin} onChange={setPin} />
          <Failure failure={change.failure} />
        </div>
      </Confirm>
    </Section>
  );
}
