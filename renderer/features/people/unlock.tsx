import { Button, Field, Input } from '@fluentui/react-components';
import { LockOpen20Regular } from '@fluentui/react-icons';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppStatus, EnrolmentStatus } from '../../../common/contract/requests.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Failure } from '../../ui/failure.tsx';
import { Screen, screenStyles } from '../../ui/screen.tsx';
import { ForgottenPin } from './forgotten-pin.tsx';

/** The PIN that opens this laptop's key, or goes on with a request that waited while the application was closed. */
export function Unlock(props: {
  readonly status: AppStatus;
  /** How the last request for a new key ended, if there was one. */
  readonly enrolment: EnrolmentStatus | null;
  readonly again: boolean;
  onDiagnostics(): void;
}) {
  const { status, again } = props;
  const { t } = useTranslation();
  const unlock = useRequest('app.unlock');
  const cancel = useRequest('enrolment.cancel');
  const [pin, setPin] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const ended = props.enrolment?.step === 'failed' || props.enrolment?.step === 'refused';
  const failed = ended && !again ? props.enrolment : null;
  const [forgotten, setForgotten] = useState(failed !== null);
  const waiting = status.me === null;
  if (forgotten) return <ForgottenPin status={status} failed={failed} onBack={() => setForgotten(false)} />;
  return (
    <Screen
      title={waiting ? t('people.enrolment.progressTitle') : t('people.unlock.title', { name: status.me?.name ?? '' })}
    >
      <form
        className={screenStyles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (pin === '' || unlock.busy) return;
          void unlock.run({ pin }).then((result) => {
            if (result !== undefined) return;
            setPin('');
            field.current?.focus();
          });
        }}
      >
        <p className={screenStyles['hint']}>
          {waiting ? t('people.unlock.waitingText') : (status.organisation?.name ?? '')}
        </p>
        {status.renewing ? <p className={screenStyles['hint']}>{t('people.forgotten.waitingText')}</p> : null}
        {again ? <p className={screenStyles['hint']}>{t('people.unlock.again')}</p> : null}
        <Field label={t('people.pin.label')} required>
          <Input
            type="password"
            autoComplete="off"
            autoFocus
            input={{ ref: field }}
            value={pin}
            onChange={(_, { value }) => setPin(value)}
            data-testid="unlock-pin"
          />
        </Field>
        <Failure failure={unlock.failure ?? cancel.failure} />
        <div className={screenStyles['row']}>
          <Button
            type="submit"
            appearance="primary"
            icon={<LockOpen20Regular />}
            disabled={pin === ''}
            disabledFocusable={unlock.busy}
            data-testid="unlock"
          >
            {t('people.unlock.action')}
          </Button>
          {waiting || status.renewing ? (
            <Button onClick={() => void cancel.run({})} data-testid="cancel-enrolment">
              {t('people.enrolment.cancel')}
            </Button>
          ) : null}
          {waiting || status.renewing ? null : (
            <Button appearance="subtle" onClick={() => setForgotten(true)} data-testid="forgot-pin">
              {t('people.forgotten.question')}
            </Button>
          )}
          <Button appearance="subtle" onClick={props.onDiagnostics} data-testid="show-diagnostics">
            {t('diagnostics.title')}
          </Button>
        </div>
      </form>
    </Screen>
  );
}
