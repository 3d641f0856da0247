import { Button, Field, Input } from '@fluentui/react-components';
import { LockOpen20Regular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppStatus } from '../../../common/contract/requests.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Failure } from '../../ui/failure.tsx';
import { Screen, screenStyles } from '../../ui/screen.tsx';

/** The PIN that opens this laptop's key. */
export function Unlock({ status }: { readonly status: AppStatus }) {
  const { t } = useTranslation();
  const unlock = useRequest('app.unlock');
  const [pin, setPin] = useState('');
  return (
    <Screen title={t('people.unlock.title', { name: status.me?.name ?? '' })}>
      <form
        className={screenStyles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (pin === '' || unlock.busy) return;
          void unlock.run({ pin }).then((result) => (result === undefined ? setPin('') : undefined));
        }}
      >
        {status.organisation === null ? null : <p className={screenStyles['hint']}>{status.organisation.name}</p>}
        <Field label={t('people.pin.label')} required>
          <Input
            type="password"
            autoComplete="off"
            autoFocus
            value={pin}
            onChange={(_, { value }) => setPin(value)}
            data-testid="unlock-pin"
          />
        </Field>
        <Failure failure={unlock.failure} />
        <div>
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
        </div>
      </form>
    </Screen>
  );
}
