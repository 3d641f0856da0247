import { Button, Popover, PopoverSurface, PopoverTrigger } from '@fluentui/react-components';
import { PlugConnected20Regular, PlugDisconnected20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { Connection, MeetingView } from '../../../common/contract/requests.ts';
import { useErrorText } from '../../ui/failure.tsx';
import { screenStyles } from '../../ui/screen.tsx';
import { clockTime, useLasting } from '../../ui/time.ts';
import styles from './meeting.module.css';

/** The state as shown: anything that lasts under two seconds is not. */
function useShownState({ state, role }: Connection): 'carrying' | 'connected' | 'reconnecting' | 'alone' | 'refused' {
  const lasting = useLasting(role === 'member' && (state === 'connecting' || state === 'waiting'));
  if (role === 'host') return 'carrying';
  if (state === 'refused') return 'refused';
  if (role === 'alone' || state === 'offline') return 'alone';
  return lasting ? 'reconnecting' : 'connected';
}

/** Tells the truth about who is connected, when the last change came, and what is only on this laptop. */
export function ConnectionStatus({ view }: { readonly view: MeetingView }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { connection } = view;
  const shown = useShownState(connection);
  const good = shown === 'carrying' || shown === 'connected';
  if (view.summary.readOnly) return null;
  return (
    <Popover withArrow>
      <PopoverTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={good ? <PlugConnected20Regular /> : <PlugDisconnected20Regular />}
          data-testid="connection"
          data-state={shown}
          className={styles['connection']}
        >
          {t(`meeting.connection.${shown}`, { count: connection.online.length })}
        </Button>
      </PopoverTrigger>
      <PopoverSurface>
        <div className={screenStyles['section']}>
          <strong>{t(`meeting.connection.${shown}`, { count: connection.online.length })}</strong>
          {connection.carriedBy === null ? null : (
            <span>{t('meeting.connection.carriedBy', { name: connection.carriedBy })}</span>
          )}
          {connection.addresses.length === 0 ? null : (
            <span data-testid="connection-addresses">
              {t('meeting.connection.addresses')} <strong>{connection.addresses.join(', ')}</strong>
            </span>
          )}
          {connection.lastReceived === null ? null : (
            <span>{t('meeting.connection.lastReceived', { time: clockTime(connection.lastReceived) })}</span>
          )}
          <span>
            {connection.onlyHere === 0
              ? t('meeting.connection.allElsewhere')
              : t('meeting.connection.onlyHere', { count: connection.onlyHere })}
          </span>
          {connection.problem === null ? null : <span>{errorText(connection.problem)}</span>}
        </div>
      </PopoverSurface>
    </Popover>
  );
}
