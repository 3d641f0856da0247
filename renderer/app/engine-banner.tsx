import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { engineStateEvent, type EngineState } from '../../common/contract/bridge.ts';
import { askDesktop } from '../bridge/phien.ts';
import { useErrorText } from '../ui/failure.tsx';
import { notifyFailure } from '../ui/notify.ts';
import { useLasting } from '../ui/time.ts';

/** Says when the part of the application that keeps the data is being started again or can't be. */
export function EngineBanner() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [engine, setEngine] = useState<EngineState>({ state: 'running' });
  useEffect(() => window.phien.subscribe(engineStateEvent, (payload) => setEngine(payload as EngineState)), []);
  const restarting = useLasting(engine.state === 'restarting');
  if (engine.state === 'blocked') {
    return (
      <MessageBar intent="error" layout="multiline" role="alert" data-testid="engine-blocked">
        <MessageBarBody>
          {errorText(engine.problem)} {t('app.engineBlocked')}
        </MessageBarBody>
      </MessageBar>
    );
  }
  if (engine.state === 'failed') {
    return (
      <MessageBar intent="error" layout="multiline" role="alert">
        <MessageBarBody>{t('app.engineFailed')}</MessageBarBody>
        <MessageBarActions>
          <Button onClick={() => askDesktop('desktop.restartEngine', {}).catch(notifyFailure)}>
            {t('common.retry')}
          </Button>
        </MessageBarActions>
      </MessageBar>
    );
  }
  if (!restarting) return null;
  return (
    <MessageBar intent="info">
      <MessageBarBody>{t('app.engineRestarting')}</MessageBarBody>
    </MessageBar>
  );
}
