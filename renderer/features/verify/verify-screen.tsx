import { Button } from '@fluentui/react-components';
import { DocumentSearch24Regular, FolderOpen20Regular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileVerdict } from '../../../common/contract/requests.ts';
import type { MeetingId } from '../../../common/domain/ids.ts';
import type { Verdict } from '../../../common/domain/verdict.ts';
import { askDesktop } from '../../bridge/phien.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Failure } from '../../ui/failure.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { notifyFailure } from '../../ui/notify.ts';
import { Screen, Waiting } from '../../ui/screen.tsx';
import { VerdictView } from './verdict-view.tsx';

/** Whether another root certificate could change the answer. */
const isTrustOpen = (verdict: Verdict): boolean =>
  verdict.unchecked.includes('trust-not-given') ||
  verdict.signers.some(({ problems }) => problems.includes('certificate-untrusted'));

/** Takes a signed PDF or a meeting package and says what it is worth. */
export function VerifyScreen({ onOpenMeeting }: { readonly onOpenMeeting: (meeting: MeetingId) => void }) {
  const { t } = useTranslation();
  const verify = useRequest('verify.file');
  const open = useRequest('package.open');
  const [checked, setChecked] = useState<{ readonly path: string; readonly verdict: FileVerdict } | null>(null);

  async function check(path: string | undefined, trust?: string): Promise<void> {
    if (path === undefined) return;
    setChecked(null);
    const verdict = await verify.run({ path, ...(trust === undefined ? {} : { trust }) });
    if (verdict !== undefined) setChecked({ path, verdict });
  }

  async function choose(): Promise<void> {
    try {
      const paths = await askDesktop('desktop.chooseFiles', {
        title: t('verify.choose'),
        filterName: t('verify.fileKinds'),
        extensions: ['pdf', 'phien'],
        several: false,
      });
      await check(paths[0]);
    } catch (error) {
      notifyFailure(error);
    }
  }

  /** For documents of other organisations: the root certificate that they hand out. */
  async function checkWithTrust(path: string): Promise<void> {
    try {
      const [trust] = await askDesktop('desktop.chooseFiles', {
        title: t('verify.chooseTrust'),
        filterName: t('verify.trustKinds'),
        extensions: ['pem', 'crt', 'cer'],
        several: false,
      });
      if (trust !== undefined) await check(path, trust);
    } catch (error) {
      notifyFailure(error);
    }
  }

  return (
    <Screen title={t('verify.title')}>
      <FileDrop label={t('verify.drop')} testid="verify-drop" onPaths={([path]) => void check(path)}>
        <DocumentSearch24Regular aria-hidden />
        <span>{t('verify.drop')}</span>
        <Button
          appearance="primary"
          icon={<FolderOpen20Regular />}
          onClick={() => void choose()}
          disabledFocusable={verify.busy}
          data-testid="choose-file"
        >
          {t('verify.choose')}
        </Button>
      </FileDrop>
      <Failure failure={verify.failure} />
      {verify.busy ? <Waiting text={t('verify.checking')} /> : null}
      <div aria-live="polite">{checked === null ? null : <VerdictView verdict={checked.verdict} />}</div>
      {checked !== null && isTrustOpen(checked.verdict.verdict) ? (
        <div>
          <Button onClick={() => void checkWithTrust(checked.path)} data-testid="choose-trust">
            {t('verify.chooseTrust')}
          </Button>
        </div>
      ) : null}
      {checked?.verdict.kind === 'package' ? (
        <div>
          <Button
            onClick={() =>
              void open
                .run({ path: checked.path })
                .then((opened) => (opened ? onOpenMeeting(opened.meeting) : undefined))
            }
            disabledFocusable={open.busy}
            data-testid="open-checked-package"
          >
            {t('verify.openPackage')}
          </Button>
          <Failure failure={open.failure} />
        </div>
      ) : null}
    </Screen>
  );
}
