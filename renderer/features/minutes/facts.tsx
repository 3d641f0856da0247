import { LockClosed16Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { CHOICES } from '../../../common/domain/body-rules.ts';
import type { AgendaItemId } from '../../../common/domain/ids.ts';
import type { ItemState, MeetingState } from '../../../common/domain/meeting-state.ts';
import { attendees } from '../../../common/domain/roster.ts';
import { nameOn } from '../../ui/names.ts';
import { clockTime, dateAndTime } from '../../ui/time.ts';
import styles from './minutes.module.css';

/** What the acts say about the meeting as a whole. Shown, never edited. */
export function AttendanceFacts({ state }: { readonly state: MeetingState }) {
  const { t } = useTranslation();
  const members = attendees(state.roster).filter(({ role }) => role !== 'guest');
  const absent = members.filter(({ member }) => (state.attendance[member]?.stays.length ?? 0) === 0);
  const left = members.filter(({ member }) => state.attendance[member]?.status === 'left');
  const { quorum, openingQuorum } = state;
  const reached = openingQuorum?.reached;
  return (
    <section className={styles['facts']} aria-label={t('minutes.facts')}>
      <div className={styles['factsTitle']}>
        <LockClosed16Regular aria-hidden /> {t('minutes.factsHint')}
      </div>
      <ul>
        <li>{t('minutes.opened', { time: state.openedAt === null ? '…' : dateAndTime(state.openedAt) })}</li>
        <li>{t('minutes.place', { place: state.place === '' ? '…' : state.place })}</li>
        <li>
          {openingQuorum === null
            ? t('minutes.present', { present: quorum.present, total: quorum.total })
            : t('minutes.presentAtOpening', { present: openingQuorum.present, total: openingQuorum.total })}
        </li>
        {reached ? (
          <li>
            {t('minutes.quorumReached', {
              time: clockTime(reached.at),
              present: reached.present,
              total: reached.total,
            })}
          </li>
        ) : null}
        {left.length === 0 ? null : (
          <li data-testid="facts-left">
            {t('minutes.left', {
              names: left
                .map(({ member, name }) => `${name} (${clockTime(state.attendance[member]?.since ?? '')})`)
                .join(', '),
            })}
          </li>
        )}
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
  return (
    <ul className={styles['facts']}>
      <li>
        {t('minutes.itemTimes', {
          from: clockTime(item.openedAt),
          to: item.closedAt === null ? '…' : clockTime(item.closedAt),
        })}
      </li>
      <SaidAndDecided state={state} belongs={(one) => one === item.item} />
      {item.conclusion === null ? null : <li>{t('minutes.conclusion', { text: item.conclusion })}</li>}
    </ul>
  );
}

/** What was said and decided while none of these items was open; nothing where there is none of it. */
export function GeneralFacts({
  state,
  items,
}: {
  readonly state: MeetingState;
  readonly items: readonly AgendaItemId[];
}) {
  const { t } = useTranslation();
  const belongs: Belongs = (item) => item === null || !items.includes(item);
  if (![...state.speeches, ...state.motions].some(({ item }) => belongs(item))) return null;
  return (
    <section className={styles['section']} aria-label={t('minutes.general')} data-testid="minutes-general">
      <h3>{t('minutes.general')}</h3>
      <ul className={styles['facts']}>
        <SaidAndDecided state={state} belongs={belongs} />
      </ul>
    </section>
  );
}

type Belongs = (item: AgendaItemId | null) => boolean;

function SaidAndDecided({ state, belongs }: { readonly state: MeetingState; readonly belongs: Belongs }) {
  const { t } = useTranslation();
  const speakers = state.speeches.filter(({ item }) => belongs(item));
  const motions = state.motions.filter(({ item }) => belongs(item));
  return (
    <>
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
    </>
  );
}
