import { Button, CounterBadge } from '@fluentui/react-components';
import {
  CalendarLtr20Regular,
  People20Regular,
  Settings20Regular,
  ShieldCheckmark20Regular,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppStatus, EnrolmentStatus } from '../../common/contract/requests.ts';
import { useClockAhead } from '../bridge/clock-ahead.ts';
import { usePeople } from '../bridge/engine-values.ts';
import { AgendaEditor } from '../features/agenda/agenda-editor.tsx';
import { Home } from '../features/home/home.tsx';
import { PrepareScreen } from '../features/meetings/prepare-screen.tsx';
import { OwnCertificateEnd } from '../features/people/certificate-end.tsx';
import { CertificateNotice } from '../features/people/certificate-notice.tsx';
import { ChangePin } from '../features/people/change-pin.tsx';
import { PeopleScreen } from '../features/people/people-screen.tsx';
import { OwnCertificateSection, RenewCertificate } from '../features/people/renew-certificate.tsx';
import { DiagnosticsScreen } from '../features/settings/diagnostics-screen.tsx';
import { SettingsScreen } from '../features/settings/settings-screen.tsx';
import { VerifyScreen } from '../features/verify/verify-screen.tsx';
import styles from './application.module.css';
import { goHome, type View } from './router.ts';
import { openSample } from './sample.ts';

interface Props {
  readonly status: AppStatus;
  /** How far a renewal of the own certificate is. */
  readonly enrolment: EnrolmentStatus | null;
  readonly view: View;
  readonly onView: (view: View) => void;
}

/** Everything outside a running meeting: navigation at the side, one screen beside it. */
export function Workplace(props: Props) {
  const { status, view, onView } = props;
  const { t } = useTranslation();
  return (
    <div className={styles['workplace']}>
      <div className={styles['side']}>
        <div className={styles['brand']}>{t('app.name')}</div>
        <div className={styles['organisation']}>{status.organisation?.name}</div>
        <nav aria-label={t('app.navigation')}>
          <Link screen="home" icon={<CalendarLtr20Regular />} view={view} onView={onView} />
          <Link
            screen="people"
            icon={<People20Regular />}
            view={view}
            onView={onView}
            badge={status.holdsAuthority ? <WaitingRequests /> : undefined}
          />
          <Link screen="verify" icon={<ShieldCheckmark20Regular />} view={view} onView={onView} />
          <Link screen="settings" icon={<Settings20Regular />} view={view} onView={onView} />
        </nav>
        {status.me === null ? null : (
          <div className={styles['me']}>
            <strong>{status.me.name}</strong>
            {status.me.position}
            <OwnCertificateEnd status={status} />
          </div>
        )}
      </div>
      <div className={styles['body']}>
        <Content {...props} />
      </div>
    </div>
  );
}

function Content({ status, enrolment, view, onView }: Props) {
  const clockAhead = useClockAhead();
  const renew = (): void => onView({ screen: 'renew' });
  switch (view.screen) {
    case 'people':
      return <PeopleScreen status={status} />;
    case 'verify':
      return <VerifyScreen onOpenMeeting={(meeting) => onView({ screen: 'meeting', meeting })} />;
    case 'settings':
      return (
        <SettingsScreen
          version={status.version}
          own={
            <>
              <OwnCertificateSection status={status} onRenew={renew} />
              <ChangePin />
            </>
          }
          onDiagnostics={() => onView({ screen: 'diagnostics', from: null })}
        />
      );
    case 'renew':
      return <RenewCertificate status={status} enrolment={enrolment} onBack={goHome} />;
    case 'diagnostics': {
      const { from } = view;
      return (
        <DiagnosticsScreen
          onBack={() => onView(from === null ? { screen: 'settings' } : { screen: 'meeting', meeting: from })}
        />
      );
    }
    case 'prepare':
      return (
        <PrepareScreen
          meeting={view.meeting}
          onBack={goHome}
          onEnter={() => onView({ screen: 'meeting', meeting: view.meeting })}
          onPeople={() => onView({ screen: 'people' })}
          agenda={<AgendaEditor meeting={view.meeting} />}
        />
      );
    case 'home':
    case 'meeting':
      return (
        <Home
          status={status}
          notice={<CertificateNotice status={status} clockAhead={clockAhead} onRenew={renew} />}
          onPrepare={(meeting) => onView({ screen: 'prepare', meeting })}
          onEnter={(meeting) => onView({ screen: 'meeting', meeting })}
          onPeople={() => onView({ screen: 'people' })}
          onVerify={() => onView({ screen: 'verify' })}
          onSample={() => void openSample()}
        />
      );
  }
}

function Link(props: {
  readonly screen: 'home' | 'people' | 'verify' | 'settings';
  readonly icon: ReactElement;
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly badge?: ReactElement | undefined;
}) {
  const { t } = useTranslation();
  const { screen } = props.view;
  const shown = screen === 'diagnostics' || screen === 'renew' ? 'settings' : screen;
  const here = shown === props.screen;
  return (
    <Button
      appearance="subtle"
      icon={props.icon}
      className={here ? `${styles['link']} ${styles['here']}` : styles['link']}
      aria-current={here ? 'page' : undefined}
      onClick={() => props.onView({ screen: props.screen })}
      data-testid={`go-${props.screen}`}
    >
      {t(`app.go.${props.screen}`)}
      {props.badge}
    </Button>
  );
}

function WaitingRequests() {
  const { t } = useTranslation();
  const people = usePeople();
  const count = people.state === 'known' ? people.value.requests.length : 0;
  if (count === 0) return null;
  return <CounterBadge count={count} color="danger" aria-label={t('people.requestsWaiting', { count })} />;
}
