import { ProgressBar } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { PaperStatus } from '../../../common/contract/requests.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { attendees } from '../../../common/domain/roster.ts';
import { Status } from '../../ui/screen.tsx';
import styles from './panel.module.css';

/** Who has which paper, by the signed receipts of their laptops. */
export function PapersBoard(props: { readonly state: MeetingState; readonly papers: readonly PaperStatus[] }) {
  const { t } = useTranslation();
  const { state, papers } = props;
  const people = attendees(state.roster);
  if (papers.length === 0) return <p className={styles['quiet']}>{t('meeting.noPapers')}</p>;
  return (
    <ul className={styles['list']} data-testid="papers-board">
      {papers.map((paper) => {
        const missing = people.filter(({ member }) => !paper.receivedBy.includes(member));
        const have = people.length - missing.length;
        const label = t('meeting.haveIt', { count: have, total: people.length });
        return (
          <li key={paper.paper} className={styles['person']} data-testid={`board-${paper.paper}`}>
            <div className={styles['grow']}>
              <strong>{paper.title}</strong>
              <ProgressBar value={people.length === 0 ? 0 : have / people.length} aria-label={label} />
              <Status tone={missing.length === 0 ? 'good' : 'warn'}>{label}</Status>
              {missing.length === 0 ? null : (
                <p className={styles['quiet']}>
                  {t('meeting.notYet', { names: missing.map(({ name }) => name).join(', ') })}
                </p>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
