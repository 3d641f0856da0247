import { LockClosed16Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { CHOICES } from '../../../common/domain/body-rules.ts';
import type { ItemState, MeetingState } from '../../../common/domain/meeting-state.ts';
import { attendees } from '../../../common/domain/roster.ts';
import { nameOn } from '../../ui/names.ts';
import { clockTime, dateAndTime } from '../../ui/time.ts';
import styles from './minutes.module.css';

/** What the acts say about the meeting as a whole. Shown, never edited. */
export function AttendanceFacts({ state }: { readonly state: MeetingState }) {
  const { t } = useTranslation();
  const absent = attendees(state.roster).filter(({ member, role }) => {
    const status = state.attendance[member]?.status;
    return role !== 'guest' && status !== 'in-person' && status !== 'remote';
  });
  return (
    <section className={styles['facts']} aria-label={t('minutes.facts')}>
      <div className={styles['factsTitle']}>
        <LockClosed16Regular aria-hidden /> {t('minutes.factsHint')}
      </div>
      <ul>
        <li>{t('minutes.opened', { time: state.openedAt === null ? '…' : dateAndTime(state.openedAt) })}</li>
        <li>{t('minutes.place', { place: state.place === '' ? '…' : state.place })}</li>
        <li>{t('minutes.present', { present: state.quorum.present, total: state.quorum.total })}</li>
        {absent.length === 0 ? null : (
          <li>
            {t('minutes.absent', {
              names: absent
                .map(({ member, name }) => {
                  const reason = state.attendance[member]?.reason ?? '';
                  return reason === '' ? name : `${name} (${reason})`;
                })
                .join(', '),
            })}
          </li>
        )}
        {state.closedAt === null ? null : <li>{t('minutes.closed', { time: dateAndTime(state.closedAt) })}</li>}
      </ul>
    </section>
  );
}

/** What the acts say about one item: times, speakers, votes, conclusion. */
export function ItemFacts({ state, item }: { readonly state: MeetingState; readonly item: ItemState }) {
  const { t } = useTranslation();
  const speakers = state.speeches.filter((speech) => speech.item === item.item);
  const motions = state.motions.filter((motion) => motion.item === item.item);
  return (
    <ul className={styles['facts']}>
      <li>
        {t('minutes.itemTimes', {
          from: clockTime(item.openedAt),
          to: item.closedAt === null ? '…' : clockTime(item.closedAt),
        })}
      </li>
      {speakers.length === 0 ? null : (
        <li>
          {t('minutes.speakers', {
            names: [...new Set(speakers.map(({ member }) => nameOn(state, member) ?? t('common.unnamed')))].join(', '),
          })}
        </li>
      )}
      {motions.map((motion) => (
        <li key={motion.motion}>
          {t('minutes.vote', { text: motion.text })}{' '}
          {motion.closedAt === null
            ? t('minutes.voteRunning')
            : `${CHOICES[motion.rule.options]
                .map((choice) => `${t(`choice.${motion.rule.options}.${choice}`)} ${motion.tally.counts[choice]}`)
                .join(', ')}. ${t(motion.tally.passed ? 'minutes.votePassed' : 'minutes.voteFailed')}`}
        </li>
      ))}
      {item.conclusion === null ? null : <li>{t('minutes.conclusion', { text: item.conclusion })}</li>}
    </ul>
  );
}
