import { Button, MessageBar, MessageBarBody, Spinner } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { EnrolmentStatus } from '../../../common/contract/requests.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Failure, useErrorText } from '../../ui/failure.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { Screen, screenStyles } from '../../ui/screen.tsx';

/** While the request for a certificate is under way: where it is, and how to stop it. */
export function EnrolmentProgress(props: {
  readonly status: EnrolmentStatus | null;
  /** It is for a new key of who works here already. */
  readonly renewing: boolean;
  /** The person works meanwhile; how to go back to that. */
  readonly onBack?: () => void;
}) {
  const { status, renewing } = props;
  const { t } = useTranslation();
  const errorText = useErrorText();
  const retry = useRequest('enrolment.retry');
  const cancel = useRequest('enrolment.cancel');
  const step = status?.step ?? 'waiting-for-approval';
  const ended = step === 'refused' || step === 'failed';
  return (
    <Screen
      title={t(
        props.onBack
          ? 'people.certificate.renew'
          : renewing
            ? 'people.forgotten.progressTitle'
            : 'people.enrolment.progressTitle',
      )}
    >
      <div className={screenStyles['card']} aria-live="polite" data-testid="enrolment-status">
        {ended ? (
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody>
              {step === 'failed' && status?.problem ? errorText(status.problem) : t(`people.enrolment.step.${step}`)}
            </MessageBarBody>
          </MessageBar>
        ) : (
          <Spinner labelPosition="after" label={t(`people.enrolment.step.${step}`)} />
        )}
        {status?.keyFingerprint && !ended ? (
          <div>
            {t('people.keyFingerprint')} <Fingerprint hex={status.keyFingerprint} testid="own-fingerprint" />
            <p className={screenStyles['hint']}>{t('people.enrolment.fingerprintHint')}</p>
          </div>
        ) : null}
        <p className={screenStyles['hint']}>
          {t(
            props.onBack
              ? 'people.certificate.progressHint'
              : renewing
                ? 'people.forgotten.progressHint'
                : 'people.enrolment.progressHint',
          )}
        </p>
        <Failure failure={retry.failure ?? cancel.failure} />
        <div className={screenStyles['row']}>
          {ended ? (
            <Button
              appearance="primary"
              onClick={() => void retry.run({})}
              disabledFocusable={retry.busy}
              data-testid="retry-enrolment"
            >
              {t('common.retry')}
            </Button>
          ) : null}
          <Button onClick={() => void cancel.run({})} data-testid="cancel-enrolment">
            {ended ? t('people.enrolment.again') : t('people.enrolment.cancel')}
          </Button>
          {props.onBack ? <Button onClick={props.onBack}>{t('common.back')}</Button> : null}
        </div>
      </div>
    </Screen>
  );
}
