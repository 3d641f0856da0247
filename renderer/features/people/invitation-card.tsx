import { Button } from '@fluentui/react-components';
import { ArrowClockwise20Regular, Delete20Regular, Save20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { Invitation } from '../../../common/contract/requests.ts';
import { request } from '../../bridge/phien.ts';
import { chooseSaveFile } from '../../bridge/save-file.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Failure } from '../../ui/failure.tsx';
import { notify, notifyFailure } from '../../ui/notify.ts';
import { screenStyles, Status } from '../../ui/screen.tsx';
import { dateAndTime, useNow } from '../../ui/time.ts';

/** An invitation that nobody has used: the code to read out, the file to hand over; once expired, the way to a new one. */
export function InvitationCard({ invitation }: { readonly invitation: Invitation }) {
  const { t } = useTranslation();
  const again = useRequest('people.inviteAgain');
  const expired = new Date(invitation.expires).getTime() < useNow(10_000);

  async function save(): Promise<void> {
    try {
      const path = await chooseSaveFile({
        title: t('people.invite.saveTitle'),
        name: invitation.name,
        filterName: t('people.enrolment.fileKind'),
        ending: 'phien-invite',
      });
      if (path === null) return;
      await request('people.saveInvitation', { invitation: invitation.invitation, path });
      notify('success', 'people.invite.saved', { name: invitation.name });
    } catch (error) {
      notifyFailure(error);
    }
  }

  return (
    <li className={screenStyles['card']} data-testid="invitation">
      <div className={screenStyles['row']}>
        <div className={screenStyles['grow']}>
          <strong>{invitation.name}</strong>
          <div className={screenStyles['hint']}>{invitation.position}</div>
          {invitation.renews ? <div>{t('people.renew.forWhom')}</div> : null}
        </div>
        {expired ? (
          <>
            <Status tone="warn" testid="invitation-expired">
              {t('people.invite.expired', { time: dateAndTime(invitation.expires) })}
            </Status>
            <Button
              icon={<ArrowClockwise20Regular />}
              onClick={() => void again.run({ invitation: invitation.invitation })}
              disabledFocusable={again.busy}
              data-testid="invite-again"
            >
              {t('people.invite.again')}
            </Button>
          </>
        ) : (
          <>
            <div>
              <div className="visually-hidden">{t('people.enrolment.code')}</div>
              <div className={screenStyles['code']} data-testid="invitation-code-shown">
                {invitation.code}
              </div>
              <div className={screenStyles['hint']}>
                {t('people.invite.expires', { time: dateAndTime(invitation.expires) })}
              </div>
            </div>
            <Button icon={<Save20Regular />} onClick={() => void save()} data-testid="save-invitation">
              {t('people.invite.save')}
            </Button>
          </>
        )}
        <Button
          icon={<Delete20Regular />}
          appearance="subtle"
          onClick={() =>
            request('people.withdrawInvitation', { invitation: invitation.invitation }).catch(notifyFailure)
          }
          data-testid="withdraw-invitation"
        >
          {t('people.invite.withdraw')}
        </Button>
      </div>
      <Failure failure={again.failure} />
    </li>
  );
}
