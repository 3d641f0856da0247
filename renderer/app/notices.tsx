import { ProgressBar } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { engineStateEvent } from '../../common/contract/bridge.ts';
import type { WorkProgress } from '../../common/contract/requests.ts';
import { useEvent } from '../bridge/use-request.ts';
import { Dismissible } from '../ui/dismissible.tsx';
import { useErrorText } from '../ui/failure.tsx';
import { dismissNotice, useNotices, type Notice } from '../ui/notify.ts';
import { useLasting } from '../ui/time.ts';
import styles from './notices.module.css';

/** Milliseconds a message stays; errors stay until they are closed. */
const STAYS = 6000;

/** Long work and short messages, in the corner of every screen. */
export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <div className={styles['corner']} role="status" aria-live="polite">
      <Work />
      {notices.map((notice) => (
        <NoticeBar key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeBar({ notice }: { readonly notice: Notice }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const isError = notice.key.startsWith('errors.');
  useEffect(() => {
    if (notice.intent === 'error') return;
    const timer = setTimeout(() => dismissNotice(notice.id), STAYS);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <Dismissible
      intent={notice.intent}
      className={styles['notice']}
      testid="notice"
      onClose={() => dismissNotice(notice.id)}
    >
      {isError ? errorText(notice.key.slice('errors.'.length), notice.params) : t(notice.key, notice.params)}
    </Dismissible>
  );
}

function Work() {
  const [works, setWorks] = useState<readonly WorkProgress[]>([]);
  useEvent('work.progress', (progress) =>
    setWorks((known) => [
      ...known.filter(({ work }) => work !== progress.work),
      ...(progress.finished ? [] : [progress]),
    ]),
  );
  // What an engine was at ends with it.
  useEffect(() => window.phien.subscribe(engineStateEvent, () => setWorks([])), []);
  return works.map((work) => <WorkBar key={work.work} work={work} />);
}

function WorkBar({ work }: { readonly work: WorkProgress }) {
  const { t } = useTranslation();
  const lasting = useLasting(true);
  if (!lasting) return null;
  const name = t(`work.${work.kind}`);
  return (
    <div className={styles['work']} data-testid="work-progress">
      <span>{name}</span>
      <ProgressBar aria-label={name} {...(work.done === null ? {} : { value: work.done })} />
    </div>
  );
}
