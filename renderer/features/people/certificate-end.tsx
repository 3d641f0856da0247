import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { AppStatus, PeopleList } from '../../../common/contract/requests.ts';
import { certificateCourse, type CertificateDates } from '../../../common/domain/certificate-course.ts';
import { Status } from '../../ui/screen.tsx';
import { calendarDate, useNow } from '../../ui/time.ts';
import { certificatesEnding } from './told-certificates.ts';

/** Until when a certificate is good: in words where that is soon or past. [CERT-1] */
export function CertificateEnd(props: {
  readonly dates: CertificateDates;
  readonly now: number;
  /** Where nothing beside it says what it is the end of. */
  readonly of?: 'certificate';
}) {
  const { dates, now, of } = props;
  const { t } = useTranslation();
  const course = certificateCourse(dates, now);
  const date = calendarDate(dates.until);
  if (course === 'ending')
    return <Status tone="warn">{t(`people.certificate.${of ? 'itEndsOn' : 'endsOn'}`, { date })}</Status>;
  if (course === 'ended')
    return <Status tone="bad">{t(`people.certificate.${of ? 'itEndedOn' : 'endedOn'}`, { date })}</Status>;
  return date;
}

/** Beside the own name; nothing as long as there is time. */
export function OwnCertificateEnd({ status }: { readonly status: AppStatus }) {
  const now = useNow(60_000);
  const { certificate } = status;
  if (certificate === null || certificate.renewedUntil !== null) return null;
  const course = certificateCourse(certificate, now);
  if (course !== 'ending' && course !== 'ended') return null;
  return (
    <div data-testid="own-certificate-end">
      <CertificateEnd dates={certificate} now={now} of="certificate" />
    </div>
  );
}

/** Tells who lets people in whose certificates end soon or have ended, and what to do. [CERT-2] */
export function CertificatesEnding({ members }: { readonly members: PeopleList['members'] }) {
  const { t } = useTranslation();
  const now = useNow(60_000);
  const ending = certificatesEnding(members, now);
  if (ending.length === 0) return null;
  return (
    <MessageBar intent="warning" layout="multiline" data-testid="certificates-ending">
      <MessageBarBody>
        {t('people.certificate.ofOthers', { names: ending.map(({ name }) => name).join(', ') })}{' '}
        {t('people.certificate.clock', { today: calendarDate(now) })}
      </MessageBarBody>
    </MessageBar>
  );
}
