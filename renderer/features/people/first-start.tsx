import { Button } from '@fluentui/react-components';
import {
  BuildingGovernment24Regular,
  LocalLanguage20Regular,
  MailInbox24Regular,
  Play24Regular,
} from '@fluentui/react-icons';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { EnrolmentStatus } from '../../../common/contract/requests.ts';
import { EnrolmentForm } from './enrolment-form.tsx';
import styles from './first-start.module.css';
import { OrganisationForm } from './organisation-form.tsx';

type Door = 'invited' | 'organisation';

/** The first screen of a new laptop: which way in, and a meeting to play with. */
export function FirstStart(props: {
  /** How the last request for a certificate ended, if there was one. */
  readonly enrolment: EnrolmentStatus | null;
  readonly onSample: () => void;
  readonly onLanguage: (language: 'vi' | 'en') => void;
  readonly onDiagnostics: () => void;
}) {
  const { t, i18n } = useTranslation();
  const failed = props.enrolment?.step === 'failed' || props.enrolment?.step === 'refused' ? props.enrolment : null;
  const [door, setDoor] = useState<Door | null>(failed === null ? null : 'invited');
  if (door === 'invited') return <EnrolmentForm failed={failed} onBack={() => setDoor(null)} />;
  if (door === 'organisation') return <OrganisationForm onBack={() => setDoor(null)} />;
  const other = i18n.language === 'vi' ? 'en' : 'vi';
  return (
    <div className={styles['start']}>
      <div className={styles['head']}>
        <h1>{t('people.welcome')}</h1>
        <Button
          appearance="subtle"
          icon={<LocalLanguage20Regular />}
          lang={other}
          onClick={() => props.onLanguage(other)}
          data-testid="other-language"
        >
          {other === 'en' ? 'English' : 'Tiếng Việt'}
        </Button>
      </div>
      <p className={styles['lead']}>{t('people.welcomeText')}</p>
      <div className={styles['doors']}>
        <DoorCard name="invited" icon={<MailInbox24Regular />} onOpen={() => setDoor('invited')} />
        <DoorCard name="organisation" icon={<BuildingGovernment24Regular />} onOpen={() => setDoor('organisation')} />
        <DoorCard name="sample" icon={<Play24Regular />} onOpen={props.onSample} />
      </div>
      <div>
        <Button appearance="subtle" onClick={props.onDiagnostics} data-testid="show-diagnostics">
          {t('diagnostics.title')}
        </Button>
      </div>
    </div>
  );
}

function DoorCard(props: { readonly name: Door | 'sample'; readonly icon: ReactElement; readonly onOpen: () => void }) {
  const { t } = useTranslation();
  return (
    <section className={styles['door']} aria-label={t(`people.door.${props.name}.title`)}>
      <span className={styles['icon']} aria-hidden>
        {props.icon}
      </span>
      <h2>{t(`people.door.${props.name}.title`)}</h2>
      <p>{t(`people.door.${props.name}.text`)}</p>
      <Button
        appearance={props.name === 'sample' ? 'secondary' : 'primary'}
        onClick={props.onOpen}
        data-testid={`door-${props.name}`}
      >
        {t(`people.door.${props.name}.action`)}
      </Button>
    </section>
  );
}
