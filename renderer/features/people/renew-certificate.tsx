import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { AppStatus, EnrolmentStatus } from '../../../common/contract/requests.ts';
import { Screen, screenStyles, Section } from '../../ui/screen.tsx';
import { calendarDate, useNow } from '../../ui/time.ts';
import { CertificateEnd } from './certificate-end.tsx';
import { EnrolmentForm } from './enrolment-form.tsx';
import { EnrolmentProgress } from './enrolment-progress.tsx';
import styles from './people.module.css';
import { RenewByAuthority } from './renew-by-authority.tsx';

/** The own certificate gets a successor before it ends, or after: the way for who still knows the PIN. [CERT-3] */
export function RenewCertificate(props: {
  readonly status: AppStatus;
  /** How far the request is, if there is one. */
  readonly enrolment: EnrolmentStatus | null;
  readonly onBack: () => void;
}) {
  const { status, enrolment, onBack } = props;
  const { t } = useTranslation();
  const title = t('people.certificate.renew');
  const renewedUntil = status.certificate?.renewedUntil ?? null;
  if (renewedUntil !== null)
    return (
      <Screen title={title}>
        <MessageBar intent="success" layout="multiline" data-testid="certificate-renewed">
          <MessageBarBody>{t('people.certificate.own.renewed', { date: calendarDate(renewedUntil) })}</MessageBarBody>
        </MessageBar>
        <div className={screenStyles['row']}>
          <Button appearance="primary" onClick={onBack}>
            {t('common.back')}
          </Button>
        </div>
      </Screen>
    );
  if (status.holdsAuthority)
    return (
      <RenewByAuthority
        title={title}
        explanation={<Explanation who="authority" />}
        pin="present"
        action={title}
        onBack={onBack}
      />
    );
  if (status.renewing) return <EnrolmentProgress status={enrolment} renewing onBack={onBack} />;
  const ended = enrolment?.step === 'failed' || enrolment?.step === 'refused';
  const explanation = <Explanation who="member" />;
  return (
    <EnrolmentForm
      failed={ended ? enrolment : null}
      renews={{ name: status.me?.name ?? '', title, explanation, pinStays: true }}
      onBack={onBack}
    />
  );
}

function Explanation({ who }: { readonly who: 'member' | 'authority' }) {
  const { t } = useTranslation();
  return (
    <div className={styles['explanation']}>
      <p>{t('people.certificate.kept')}</p>
      <p className={styles['todo']}>{t(`people.certificate.ask.${who}`)}</p>
    </div>
  );
}

/** The part of the settings that says until when the own certificate is good. */
export function OwnCertificateSection(props: { readonly status: AppStatus; readonly onRenew: () => void }) {
  const { t } = useTranslation();
  const now = useNow(60_000);
  const { certificate } = props.status;
  if (certificate === null) return null;
  return (
    <Section title={t('people.certificate.title')} hint={t('people.certificate.hint')}>
      <div>
        {t('people.certificateUntil')}: <CertificateEnd dates={certificate} now={now} />
        {certificate.renewedUntil === null ? null : (
          <p>{t('people.certificate.own.renewed', { date: calendarDate(certificate.renewedUntil) })}</p>
        )}
      </div>
      {certificate.renewedUntil === null ? (
        <div>
          <Button onClick={props.onRenew} data-testid="renew-certificate">
            {t('people.certificate.renew')}
          </Button>
        </div>
      ) : null}
    </Section>
  );
}
