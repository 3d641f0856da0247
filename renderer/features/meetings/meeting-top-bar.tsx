import { Button } from '@fluentui/react-components';
import { ArrowLeft20Regular, Clock20Regular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgendaItem } from '../../../common/collab/plan.ts';
import type { MeetingView } from '../../../common/contract/requests.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { nameOn } from '../../ui/names.ts';
import { Status } from '../../ui/screen.tsx';
import { speakingTime } from '../../ui/speaking-time.ts';
import { dayAndTime, duration, useNow } from '../../ui/time.ts';
import { ConnectionStatus } from './connection-status.tsx';
import styles from './meeting.module.css';

/** What is happening now, the timer, the quorum, the connection. */
export function MeetingTopBar(props: {
  readonly view: MeetingView;
  readonly state: MeetingState;
  readonly agenda: readonly AgendaItem[];
  readonly onBack: () => void;
  readonly onDiagnostics: () => void;
  readonly menu: ReactNode;
}) {
  const { t } = useTranslation();
  const { view, state } = props;
  return (
    <header className={styles['top']}>
      <Button
        appearance="subtle"
        icon={<ArrowLeft20Regular />}
        aria-label={t('meeting.leave')}
        onClick={props.onBack}
        data-testid="leave-meeting"
      />
      <div className={styles['now']}>
        <h1 title={state.title}>{state.title}</h1>
        <div className={styles['happening']} aria-live="polite" data-testid="happening">
          <Happening state={state} />
        </div>
      </div>
      <Timer view={view} state={state} agenda={props.agenda} />
      <div className={styles['quorum']} data-testid="quorum">
        <span className={styles['label']}>{t('meeting.quorumLabel')}</span>
        <Status tone={state.quorum.met ? 'good' : 'warn'}>
          {t(state.quorum.met ? 'meeting.quorumMet' : 'meeting.quorumNotMet', {
            present: state.quorum.present,
            total: state.quorum.total,
            required: state.quorum.required,
          })}
        </Status>
      </div>
      <ConnectionStatus view={view} onDiagnostics={props.onDiagnostics} />
      {props.menu}
    </header>
  );
}

function Happening({ state }: { readonly state: MeetingState }) {
  const { t } = useTranslation();
  if (state.phase === 'convened') return t('meeting.notOpenedYet', { time: dayAndTime(state.start) });
  if (state.phase === 'closed') return t('meeting.closedAt', { time: dayAndTime(state.closedAt ?? '') });
  const item = state.currentItem === null ? undefined : state.items[state.currentItem];
  if (state.motions.some(({ closedAt }) => closedAt === null)) return t('meeting.votingNow');
  if (!item) return t('meeting.openedNoItem');
  return t('meeting.itemNow', { ordinal: item.ordinal, title: item.title });
}

/** Of the speaker while somebody has the floor, else of the item. */
function Timer(props: {
  readonly view: MeetingView;
  readonly state: MeetingState;
  readonly agenda: readonly AgendaItem[];
}) {
  const { t } = useTranslation();
  const { state, agenda } = props;
  const { floor: floorSince, item: itemSince } = props.view.ownClock;
  const now = useNow(1000);
  const since = (time: string | null): number =>
    time === null ? 0 : Math.max(0, (now - new Date(time).getTime()) / 1000);
  if (state.phase !== 'open') return null;
  if (state.floor !== null) {
    const { member, limitSeconds } = state.floor;
    const { says, time } = speakingTime(since(floorSince), limitSeconds);
    const over = says === 'up' || says === 'over';
    return (
      <div className={styles['timer']} data-testid="speaker-timer">
        <span className={styles['label']}>{nameOn(state, member) ?? t('common.unnamed')}</span>
        <span className={over ? styles['over'] : undefined}>
          <Clock20Regular aria-hidden /> {t(`meeting.speakingTime.${says}`, { time: duration(time) })}
        </span>
      </div>
    );
  }
  const item = state.currentItem === null ? undefined : state.items[state.currentItem];
  if (!item) return null;
  const planned = agenda.find(({ id }) => id === item.item)?.minutes ?? 0;
  const spent = since(itemSince);
  const over = planned > 0 && spent > planned * 60;
  return (
    <div className={styles['timer']} data-testid="item-timer">
      <span className={styles['label']}>{t('meeting.itemTime')}</span>
      <span className={over ? styles['over'] : undefined}>
        <Clock20Regular aria-hidden /> {duration(spent)}
        {planned > 0 ? ` / ${duration(planned * 60)}` : ''}
        {over ? ` · ${t('meeting.overTime')}` : ''}
      </span>
    </div>
  );
}
