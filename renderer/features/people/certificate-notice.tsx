import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { AppStatus } from '../../../common/contract/requests.ts';
import { usePeople } from '../../bridge/engine-values.ts';
import { calendarDate, useNow } from '../../ui/time.ts';
import { CertificatesEnding } from './certificate-end.tsx';
import { ownCertificate } from './told-certificates.ts';

/**
 * On the start page: that the own certificate ends, or has ended, and what to do; for who lets people in also whose does.
 * `clockAhead`: seconds by which another laptop's clock was ahead of this one when they last met; null: not known.
 */
export function CertificateNotice(props: {
  readonly status: AppStatus;
  readonly clockAhead: number | null;
  readonly onRenew: () => void;
}) {
  const { status } = props;
  return (
    <>
      <OwnCertificate {...props} />
      {status.holdsAuthority ? <OfOthers /> : null}
    </>
  );
}

function OfOthers() {
  const people = usePeople();
  return people.state === 'known' ? <CertificatesEnding members={people.value.members} /> : null;
}

/** The same in a meeting, where only an end that has come matters: nobody can be reached any more. */
export function OwnCertificate(props: {
  readonly status: AppStatus;
  readonly clockAhead: number | null;
  readonly onRenew: () => void;
  readonly onlyEnded?: boolean;
}) {
  const { t } = useTranslation();
  const now = useNow(60_000);
  const { certificate, holdsAuthority, renewing } = props.status;
  if (certificate === null) return null;
  const told = ownCertificate(certificate, { now, clockAhead: props.clockAhead, renewing });
  if (told === null || (props.onlyEnded === true && told.what !== 'ended')) return null;
  const { what } = told;
  const ended = what === 'ended' || what === 'early';
  return (
    <MessageBar
      intent={ended ? 'error' : what === 'renewed' ? 'success' : 'warning'}
      layout="multiline"
      data-testid="own-certificate"
      data-what={what}
    >
      <MessageBarBody>
        {t(`people.certificate.own.${what}`, { date: calendarDate(told.date) })}{' '}
        {what === 'ending' || what === 'ended'
          ? `${t(`people.certificate.todo.${holdsAuthority ? 'authority' : 'member'}`)} `
          : ''}
        {told.clock === null ? null : (
          <span data-testid="own-certificate-clock">
            {t(`people.certificate.${told.clock}`, { today: calendarDate(now) })}
          </span>
        )}
      </MessageBarBody>
      {what === 'renewed' || what === 'early' ? null : (
        <MessageBarActions>
          <Button onClick={props.onRenew} data-testid="renew-certificate">
            {t(what === 'renewing' ? 'people.certificate.look' : 'people.certificate.renew')}
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
