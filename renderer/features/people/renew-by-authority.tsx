import { Button, Field, Input } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useRequest } from '../../bridge/use-request.ts';
import { Failure } from '../../ui/failure.tsx';
import { Screen, screenStyles } from '../../ui/screen.tsx';
import { isGoodSecret, NO_SECRET, PIN_LEAST, PresentPinField, SecretFields } from './pin-fields.tsx';
import { StillMissing } from './still-missing.tsx';

/** Who holds the authority issues the own new certificate: nobody else could. */
export function RenewByAuthority(props: {
  readonly title: string;
  readonly explanation: ReactNode;
  readonly passwordHint?: string;
  /** Whether the present PIN stays, or a new one is chosen. */
  readonly pin: 'present' | 'new';
  readonly action: string;
  readonly onBack: () => void;
}) {
  const { t } = useTranslation();
  const { passwordHint: hint } = props;
  const renew = useRequest('app.renewByAuthority');
  const [password, setPassword] = useState('');
  const [pin, setPin] = useState(NO_SECRET);
  const isNew = props.pin === 'new';
  const pinGiven = isNew ? isGoodSecret(pin, PIN_LEAST) : pin.first !== '';
  const missing = [
    ...(password === '' ? [t('people.password.label')] : []),
    ...(pinGiven ? [] : [t(isNew ? 'people.newPin.label' : 'people.pin.label')]),
  ];
  return (
    <Screen title={props.title}>
      {props.explanation}
      <form
        className={screenStyles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (missing.length > 0 || renew.busy) return;
          void renew.run({ authorityPassword: password, pin: pin.first });
        }}
      >
        <Field label={t('people.password.label')} required {...(hint === undefined ? {} : { hint })}>
          <Input
            type="password"
            autoComplete="off"
            value={password}
            onChange={(_, { value }) => setPassword(value)}
            data-testid="authority-password"
          />
        </Field>
        {isNew ? (
          <SecretFields kind="newPin" value={pin} onChange={setPin} />
        ) : (
          <PresentPinField value={pin.first} onChange={(first) => setPin({ ...NO_SECRET, first })} />
        )}
        <Failure failure={renew.failure} />
        <StillMissing fields={missing} />
        <div className={screenStyles['row']}>
          <Button
            type="submit"
            appearance="primary"
            disabled={missing.length > 0}
            disabledFocusable={renew.busy}
            data-testid="renew-by-authority"
          >
            {renew.busy ? t('people.organisation.creating') : props.action}
          </Button>
          <Button onClick={props.onBack}>{t('common.back')}</Button>
        </div>
      </form>
    </Screen>
  );
}
