import { Button, Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppStatus, EnrolmentStatus } from '../../../common/contract/requests.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Failure } from '../../ui/failure.tsx';
import { Screen, screenStyles } from '../../ui/screen.tsx';
import { EnrolmentForm } from './enrolment-form.tsx';
import { isGoodSecret, NO_SECRET, PIN_LEAST, SecretFields } from './pin-fields.tsx';
import styles from './people.module.css';
import { StillMissing } from './still-missing.tsx';

/** Nobody can give a PIN back: what is lost with it, what is not, and the way to a new key. */
export function ForgottenPin(props: {
  readonly status: AppStatus;
  /** The request for a new key before, when it was refused or failed. */
  readonly failed: EnrolmentStatus | null;
  readonly onBack: () => void;
}) {
  const { status, failed, onBack } = props;
  const { t } = useTranslation();
  const title = t('people.forgotten.title');
  if (status.holdsAuthority) return <RenewByAuthority onBack={onBack} />;
  const explanation = <Explanation who="member" />;
  return <EnrolmentForm failed={failed} renews={{ name: status.me?.name ?? '', title, explanation }} onBack={onBack} />;
}

function Explanation({ who }: { readonly who: 'member' | 'authority' }) {
  const { t } = useTranslation();
  return (
    <div className={styles['explanation']} data-testid="forgotten-pin">
      <p>{t('people.forgotten.text')}</p>
      <p>{t('people.forgotten.kept')}</p>
      <p className={styles['todo']}>{t(`people.forgotten.ask.${who}`)}</p>
    </div>
  );
}

/** Who holds the authority issues the own new certificate: nobody else could. */
function RenewByAuthority({ onBack }: { readonly onBack: () => void }) {
  const { t } = useTranslation();
  const renew = useRequest('app.renewByAuthority');
  const [password, setPassword] = useState('');
  const [pin, setPin] = useState(NO_SECRET);
  const missing = [
    ...(password === '' ? [t('people.password.label')] : []),
    ...(isGoodSecret(pin, PIN_LEAST) ? [] : [t('people.newPin.label')]),
  ];
  return (
    <Screen title={t('people.forgotten.title')}>
      <Explanation who="authority" />
      <form
        className={screenStyles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (missing.length > 0 || renew.busy) return;
          void renew.run({ authorityPassword: password, pin: pin.first });
        }}
      >
        <Field label={t('people.password.label')} required hint={t('people.forgotten.passwordHint')}>
          <Input
            type="password"
            autoComplete="off"
            value={password}
            onChange={(_, { value }) => setPassword(value)}
            data-testid="authority-password"
          />
        </Field>
        <SecretFields kind="newPin" value={pin} onChange={setPin} />
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
            {renew.busy ? t('people.organisation.creating') : t('people.forgotten.create')}
          </Button>
          <Button onClick={onBack}>{t('common.back')}</Button>
        </div>
      </form>
    </Screen>
  );
}
