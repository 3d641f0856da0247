import { Button, Popover, PopoverSurface, PopoverTrigger, useId } from '@fluentui/react-components';
import { PlugConnected20Regular, PlugDisconnected20Regular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Connection, MeetingView } from '../../../common/contract/requests.ts';
import { useErrorText } from '../../ui/failure.tsx';
import { nameOn } from '../../ui/names.ts';
import { Status } from '../../ui/screen.tsx';
import { dayAndTime, useNow } from '../../ui/time.ts';
import { connectionLine, differsSince, sameLine, type ConnectionLine, type Saved } from './connection-line.ts';
import styles from './connection-status.module.css';
import { useSettled } from './use-settled.ts';

/** The clocks of two laptops may differ by so much without anybody noticing, seconds. */
const CLOCK_TOLERANCE = 60;

const calm = (line: ConnectionLine): boolean => line.state !== 'reconnecting';

/** Tells the truth about who carries the meeting, and on how many laptops this person's changes are. */
export function ConnectionStatus({ view, onDiagnostics }: { readonly view: MeetingView; onDiagnostics(): void }) {
  const { t } = useTranslation();
  const title = useId('connection');
  const now = useNow(1000);
  const { connection } = view;
  const line = useSettled(connectionLine(connection, now), {
    since: (value, shown) => differsSince(value, shown, connection),
    same: sameLine,
    calm,
  });
  const carrier = useCarrier(line, view);
  const saved = useSavedText();
  const errorText = useErrorText();
  if (view.summary.readOnly) return null;
  const good = line?.state === 'carrying' || line?.state === 'connected';
  const refusal = line?.state === 'refused' && connection.problem !== null ? errorText(connection.problem) : null;
  // Before the meeting nobody else has it yet, as is to be expected.
  const onlyHere = view.summary.phase === 'convened' ? 'quiet' : 'warn';
  const tone = line?.saved.where === 'held-back' ? 'bad' : line?.saved.where === 'only-here' ? onlyHere : 'good';
  return (
    <>
      {/* Said aloud when it has settled; the numbers change too often for that. */}
      <span role="status" className={styles['aloud']}>
        {carrier}
        {refusal === null ? '' : `. ${refusal}`}
        {line && 'since' in line.saved ? `. ${saved(line.saved, 'short')}` : ''}
      </span>
      <Popover withArrow trapFocus positioning={{ overflowBoundaryPadding: 8 }}>
        <PopoverTrigger disableButtonEnhancement>
          <Button
            appearance="subtle"
            className={styles['line']}
            icon={good ? <PlugConnected20Regular /> : <PlugDisconnected20Regular />}
            data-testid="connection"
            data-state={line?.state ?? 'unknown'}
            data-saved={line?.saved.where ?? 'unknown'}
          >
            <span className={styles['words']}>
              <span className={styles['carrier']}>{carrier}</span>
              {refusal === null ? null : <Status tone="bad">{refusal}</Status>}
              {line === null || line.saved.where === 'nothing-own' ? null : (
                <Status tone={tone}>{saved(line.saved, 'short')}</Status>
              )}
            </span>
          </Button>
        </PopoverTrigger>
        <PopoverSurface aria-labelledby={title} className={styles['details']} data-testid="connection-details">
          <h2 id={title}>{t('meeting.connection.title')}</h2>
          <Details view={view} line={line} />
          <Button onClick={onDiagnostics} data-testid="go-diagnostics">
            {t('meeting.connection.diagnostics')}
          </Button>
        </PopoverSurface>
      </Popover>
    </>
  );
}

function useCarrier(line: ConnectionLine | null, { state }: MeetingView): string {
  const { t } = useTranslation();
  if (line === null) return t('meeting.connection.connecting');
  if (line.state === 'connected' && line.carriedBy !== null) {
    const relay = state?.roster.some(({ name, role }) => role === 'relay' && name === line.carriedBy) ?? false;
    return t(relay ? 'meeting.connection.carriedByRelay' : 'meeting.connection.carriedBy', { name: line.carriedBy });
  }
  return t(`meeting.connection.${line.state}`, { count: line.people });
}

function useSavedText(): (saved: Saved, length: 'short' | 'long', onlyHere?: number) => string {
  const { t } = useTranslation();
  return (saved, length, onlyHere = 0) => {
    switch (saved.where) {
      case 'nothing-own':
        return t('meeting.connection.nothingOwn');
      case 'laptops':
        return t(`meeting.connection.${length}.laptops`, { count: saved.count });
      case 'elsewhere':
        return t(`meeting.connection.${length}.elsewhere`);
      case 'only-here':
        return t(`meeting.connection.${length}.onlyHere`, {
          time: dayAndTime(saved.since),
          count: onlyHere,
        });
      case 'held-back':
        return t(`meeting.connection.${length}.${saved.why}`, { time: dayAndTime(saved.since) });
    }
  };
}

function Details({ view, line }: { readonly view: MeetingView; readonly line: ConnectionLine | null }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const saved = useSavedText();
  const { connection, state, me } = view;
  const names = connection.online.map((member) => {
    const name = (state && nameOn(state, member)) ?? t('common.unnamed');
    return member === me.member ? t('common.you', { name }) : name;
  });
  return (
    <dl className={styles['facts']}>
      <Fact name={t('meeting.connection.carrier')}>
        {connection.role === 'host'
          ? t('meeting.connection.thisLaptop')
          : (connection.carriedBy ?? t('meeting.connection.nobody'))}
      </Fact>
      {connection.addresses.length === 0 ? null : (
        <Fact name={t(connection.role === 'host' ? 'meeting.connection.addresses' : 'meeting.connection.address')}>
          <strong data-testid="connection-addresses">{connection.addresses.join(', ')}</strong>
        </Fact>
      )}
      {names.length === 0 ? null : (
        <Fact name={t('meeting.connection.online', { count: names.length })}>
          <span className={styles['names']} data-testid="connection-online">
            {names.join(', ')}
          </span>
        </Fact>
      )}
      <Fact name={t('meeting.connection.yours')}>
        <span data-testid="connection-saved">
          {line === null ? '' : saved(line.saved, 'long', connection.onlyHere.count)}
          {line?.saved.where === 'only-here' ? whenSent(connection, t) : ''}
        </span>
      </Fact>
      {connection.lastReceived === null ? null : (
        <Fact name={t('meeting.connection.lastReceived')}>{dayAndTime(connection.lastReceived, 'seconds')}</Fact>
      )}
      {connection.clockAhead === null || Math.abs(connection.clockAhead) <= CLOCK_TOLERANCE ? null : (
        <Fact name={t('meeting.connection.clock')}>
          <Status tone="warn">
            {t(connection.clockAhead > 0 ? 'diagnostics.clockBehind' : 'diagnostics.clockAhead', {
              seconds: Math.abs(connection.clockAhead),
            })}
          </Status>
        </Fact>
      )}
      {connection.role === 'host' && connection.metered ? (
        <Fact name={t('meeting.connection.metered')}>
          <span data-testid="connection-metered">{t('meeting.connection.meteredHost')}</span>
        </Fact>
      ) : null}
      {connection.problem === null ? null : (
        <Fact name={t('meeting.connection.problem')}>
          {connection.problem === 'unreachable' ? t('meeting.connection.noAnswer') : errorText(connection.problem)}
        </Fact>
      )}
    </dl>
  );
}

function whenSent({ role, state }: Connection, t: ReturnType<typeof useTranslation>['t']): string {
  if (role === 'host') return ` ${t('meeting.connection.whenJoined')}`;
  return state === 'connected' ? '' : ` ${t('meeting.connection.whenBack')}`;
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
