import { useTranslation } from 'react-i18next';
import type { AppStatus, EnrolmentStatus } from '../../../common/contract/requests.ts';
import { EnrolmentForm } from './enrolment-form.tsx';
import styles from './people.module.css';
import { RenewByAuthority } from './renew-by-authority.tsx';

/** Nobody can give a PIN back: what is lost with it, what is not, and the way to a new key. */
export function ForgottenPin(props: {
  readonly status: AppStatus;
  /** The request for a new key before, when it was refused or failed. */
  readonly failed: EnrolmentStatus | null;
  readonly onBack: () => void;
}) {
  const { status, failed, onBack } = props;
  const { t } = useTranslation();
  const title = t('people.forgotten.title');
  if (status.holdsAuthority)
    return (
      <RenewByAuthority
        title={title}
        explanation={<Explanation who="authority" />}
        passwordHint={t('people.forgotten.passwordHint')}
        pin="new"
        action={t('people.forgotten.create')}
        onBack={onBack}
      />
    );
  const explanation = <Explanation who="member" />;
  return <EnrolmentForm failed={failed} renews={{ name: status.me?.name ?? '', title, explanation }} onBack={onBack} />;
}

function Explanation({ who }: { readonly who: 'member' | 'authority' }) {
  const { t } = useTranslation();
  return (
    <div className={styles['explanation']} data-testid="forgotten-pin">
      <p>{t('people.forgotten.text')}</p>
      <p>{t('people.forgotten.kept')}</p>
      <p className={styles['todo']}>{t(`people.forgotten.ask.${who}`)}</p>
    </div>
  );
}
