import { Button } from '@fluentui/react-components';
import { Key20Regular, PersonAdd20Regular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppStatus, PeopleList } from '../../../common/contract/requests.ts';
import { usePeople } from '../../bridge/engine-values.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { Known, Screen, screenStyles, Section } from '../../ui/screen.tsx';
import { useNow } from '../../ui/time.ts';
import { CertificateEnd, CertificatesEnding } from './certificate-end.tsx';
import { InvitationCard } from './invitation-card.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import styles from './people.module.css';
import { RequestCard } from './request-card.tsx';

/** Who is of the organisation; for whoever holds its authority also invitations and requests. */
export function PeopleScreen({ status }: { readonly status: AppStatus }) {
  const { t } = useTranslation();
  const people = usePeople();
  const [inviting, setInviting] = useState(false);
  return (
    <Screen
      title={t('people.title')}
      actions={
        status.holdsAuthority ? (
          <Button
            appearance="primary"
            icon={<PersonAdd20Regular />}
            onClick={() => setInviting(true)}
            data-testid="invite"
          >
            {t('people.invite.action')}
          </Button>
        ) : null
      }
    >
      <Known value={people}>
        {(value) => (
          <>
            {status.holdsAuthority ? <Entrance people={value} /> : null}
            <Section
              title={t('people.members')}
              {...(status.holdsAuthority ? {} : { hint: t('people.membersElsewhere') })}
            >
              <Members people={value} mayRenew={status.holdsAuthority} />
            </Section>
            {status.organisation === null ? null : (
              <Section title={t('people.fingerprint')} hint={t('people.fingerprintHint')}>
                <Fingerprint hex={status.organisation.fingerprint} testid="organisation-fingerprint" />
              </Section>
            )}
          </>
        )}
      </Known>
      <InviteDialog open={inviting} onClose={() => setInviting(false)} />
    </Screen>
  );
}

function Entrance({ people }: { readonly people: PeopleList }) {
  const { t } = useTranslation();
  return (
    <>
      {people.requests.length === 0 ? null : (
        <Section title={t('people.requests')} hint={t('people.requestsHint')}>
          <ul className={screenStyles['list']}>
            {people.requests.map((request) => (
              <RequestCard key={request.request} request={request} askPassword={!people.authorityUnlocked} />
            ))}
          </ul>
        </Section>
      )}
      {people.invitations.length === 0 ? null : (
        <Section title={t('people.invitations')} hint={t('people.invitationsHint')}>
          {people.addresses.length === 0 ? null : (
            <p className={screenStyles['hint']} data-testid="enrolment-addresses">
              {t('people.addresses', { addresses: people.addresses.join(', ') })}
            </p>
          )}
          <ul className={screenStyles['list']}>
            {people.invitations.map((invitation) => (
              <InvitationCard key={invitation.invitation} invitation={invitation} />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Members({ people, mayRenew }: { readonly people: PeopleList; readonly mayRenew: boolean }) {
  const { t } = useTranslation();
  const now = useNow(60_000);
  const renew = useRequest('people.renew');
  /** Who is to get a code. */
  const [renewed, setRenewed] = useState<PeopleList['members'][number] | null>(null);
  const close = (): void => {
    setRenewed(null);
    renew.clear();
  };
  return (
    <>
      {mayRenew ? <CertificatesEnding members={people.members} /> : null}
      <table className={styles['table']} data-testid="members">
        <thead>
          <tr>
            <th scope="col">{t('people.name')}</th>
            <th scope="col">{t('people.position')}</th>
            <th scope="col">{t('people.certificateUntil')}</th>
            {mayRenew ? (
              <th scope="col">
                <span className="visually-hidden">{t('people.renew.action')}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {people.members.map((member) => (
            <tr key={member.member}>
              <td>
                {member.name}
                {member.me ? ` ${t('people.me')}` : ''}
              </td>
              <td>{member.position}</td>
              <td>{member.certificate === null ? '' : <CertificateEnd dates={member.certificate} now={now} />}</td>
              {mayRenew ? (
                <td>
                  {member.me ? null : (
                    <Button
                      size="small"
                      appearance="subtle"
                      icon={<Key20Regular />}
                      aria-label={t('people.renew.of', { name: member.name })}
                      onClick={() => setRenewed(member)}
                      data-testid="renew-member"
                    >
                      {t('people.renew.action')}
                    </Button>
                  )}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        open={renewed !== null}
        title={t('people.renew.of', { name: renewed?.name ?? '' })}
        action={t('people.renew.make')}
        busy={renew.busy}
        testid="make-renewal"
        onCancel={close}
        onConfirm={() => void renew.run({ member: renewed?.member ?? '' }).then((made) => (made ? close() : undefined))}
      >
        <p>{t('people.renew.text')}</p>
        <p>{t('people.renew.otherLaptop')}</p>
        <Failure failure={renew.failure} />
      </Confirm>
    </>
  );
}
