import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppStatus, EnrolmentStatus, Settings } from '../../common/contract/requests.ts';
import { followClockAhead, useClockAhead } from '../bridge/clock-ahead.ts';
import { changeSettings, useAppStatus, useSettings } from '../bridge/engine-values.ts';
import { useEvent } from '../bridge/use-request.ts';
import { writeAs } from '../collab/open-document.ts';
import { OwnCertificate } from '../features/people/certificate-notice.tsx';
import { EnrolmentProgress } from '../features/people/enrolment-progress.tsx';
import { FirstStart } from '../features/people/first-start.tsx';
import { Unlock } from '../features/people/unlock.tsx';
import { DiagnosticsScreen } from '../features/settings/diagnostics-screen.tsx';
import { Known, Waiting } from '../ui/screen.tsx';
import styles from './application.module.css';
import { ClosingDialog } from './closing-dialog.tsx';
import { EngineBanner } from './engine-banner.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { setLanguage } from './i18n.ts';
import { Look } from './look.tsx';
import { Notices } from './notices.tsx';
import { go, goHome, useRouter } from './router.ts';
import { openSample } from './sample.ts';
import { StorageBanner } from './storage-banner.tsx';
import { Workplace } from './workplace.tsx';

// The reader and the editor are half of the code: the first screen does not wait for them.
const MeetingScreen = lazy(async () => ({ default: (await import('./meeting-screen.tsx')).MeetingScreen }));
const RoomWindow = lazy(async () => ({ default: (await import('./room-window.tsx')).RoomWindow }));

const DEFAULT_LOOK: Pick<Settings, 'theme' | 'textScale'> = { theme: 'light', textScale: 1 };

export function Application() {
  const settings = useSettings();
  const view = useRouter((state) => state.view);
  const known = settings.state === 'known' ? settings.value : undefined;
  useEffect(() => {
    if (known) void setLanguage(known.language);
  }, [known]);
  return (
    <Look settings={known ?? DEFAULT_LOOK}>
      <ErrorBoundary place={JSON.stringify(view)} onHome={goHome}>
        {window.phien.windowKind === 'room' ? (
          <Suspense fallback={null}>
            <RoomWindow />
          </Suspense>
        ) : (
          <MainWindow />
        )}
      </ErrorBoundary>
      <Notices />
    </Look>
  );
}

function MainWindow() {
  const { t } = useTranslation();
  const status = useAppStatus();
  // Kept here, since a request that fails at once ends before its own screen is there to hear of it.
  const [enrolment, setEnrolment] = useState<EnrolmentStatus | null>(null);
  useEvent('enrolment.status', setEnrolment);
  useEvent('meeting.view', followClockAhead);
  return (
    <div className={styles['window']}>
      <EngineBanner />
      <StorageBanner />
      {status.state === 'known' ? <EndedCertificate status={status.value} /> : null}
      <ClosingDialog />
      <main className={styles['content']}>
        <Suspense fallback={<Waiting text={t('common.loading')} />}>
          <Known value={status}>{(value) => <Stage status={value} enrolment={enrolment} />}</Known>
        </Suspense>
      </main>
    </div>
  );
}

/** In a meeting, whoever carries it: else it seems as if nobody came. The start page has a notice of its own. */
function EndedCertificate({ status }: { readonly status: AppStatus }) {
  const { screen } = useRouter((state) => state.view);
  const clockAhead = useClockAhead();
  if (status.stage !== 'ready' || screen !== 'meeting') return null;
  return <OwnCertificate status={status} clockAhead={clockAhead} onlyEnded onRenew={goRenew} />;
}

/** What has to come first: setting up, waiting for a certificate, the PIN, and then the work itself. */
function Stage(props: { readonly status: AppStatus; readonly enrolment: EnrolmentStatus | null }) {
  const { status, enrolment } = props;
  const view = useRouter((state) => state.view);
  // Locked again without having been closed: the engine was started anew in between.
  const wasReady = useRef(false);
  if (status.stage === 'ready') wasReady.current = true;
  // Before any screen below opens a document.
  useLayoutEffect(() => writeAs(status.me?.member), [status.me]);
  if (view.screen === 'meeting' && status.stage !== 'locked') return <MeetingScreen meeting={view.meeting} />;
  // Whoever can't get in needs help most.
  if (view.screen === 'diagnostics' && status.stage !== 'ready') return <DiagnosticsScreen onBack={goHome} />;
  switch (status.stage) {
    case 'new':
      return (
        <FirstStart
          enrolment={enrolment}
          onSample={() => void openSample()}
          onLanguage={(language) => void changeSettings({ language })}
          onDiagnostics={goDiagnostics}
        />
      );
    case 'waiting':
      return <EnrolmentProgress status={enrolment} renewing={status.renewing} />;
    case 'locked':
      return <Unlock status={status} enrolment={enrolment} again={wasReady.current} onDiagnostics={goDiagnostics} />;
    case 'ready':
      return <Workplace status={status} enrolment={enrolment} view={view} onView={go} />;
  }
}

const goRenew = (): void => go({ screen: 'renew' });
const goDiagnostics = (): void => go({ screen: 'diagnostics', from: null });
