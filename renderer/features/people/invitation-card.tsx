import { Button } from '@fluentui/react-components';
import { Delete20Regular, Save20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { Invitation } from '../../../common/contract/requests.ts';
import { askDesktop, request } from '../../bridge/phien.ts';
import { notify, notifyFailure } from '../../ui/notify.ts';
import { screenStyles } from '../../ui/screen.tsx';
import { dateAndTime } from '../../ui/time.ts';

/** An open invitation: the code to read out, the file to hand over. */
export function InvitationCard({ invitation }: { readonly invitation: Invitation }) {
  const { t } = useTranslation();

  async function save(): Promise<void> {
    try {
      const path = await askDesktop('desktop.chooseSaveFile', {
        title: t('people.invite.saveTitle'),
        suggestedName: `${invitation.name}.phien-invite`,
        filterName: t('people.enrolment.fileKind'),
        extensions: ['phien-invite'],
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
    </li>
  );
}
