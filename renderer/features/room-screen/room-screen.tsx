import { useTranslation } from 'react-i18next';
import type { OwnClockTimes } from '../../../common/contract/requests.ts';
import type { Floor, MeetingState, MotionState } from '../../../common/domain/meeting-state.ts';
import { runningVote } from '../../../common/domain/running-vote.ts';
import { awaitedVoters } from '../../../common/domain/quorum.ts';
import { nameOn } from '../../ui/names.ts';
import { Status } from '../../ui/screen.tsx';
import { speakingTime } from '../../ui/speaking-time.ts';
import { clockTime, duration, useNow } from '../../ui/time.ts';
import type { ReactNode } from 'react';
import styles from './room-screen.module.css';

/** Milliseconds that a result covers the paper being shown. */
const RESULT_STAYS = 30_000;

/** For the projector: the item, who speaks and how long, a running vote without who voted what, its result. */
export function RoomScreen(props: {
  readonly state: MeetingState;
  readonly ownClock: OwnClockTimes;
  /** This laptop has been cut off for a while: the room must not take what stood last for what is. */
  readonly apart: boolean;
  /** The page being shown; null while nobody shows one. */
  readonly paper: ReactNode;
  /** Draws a result: votes are another feature. */
  readonly renderResult: (motion: MotionState) => ReactNode;
}) {
  const { t } = useTranslation();
  const { state, ownClock } = props;
  const now = useNow(1000);
  const running = runningVote(state);
  const last = state.motions.at(-1);
  // A result stays until the meeting goes on to something else; a paper that is shown makes room for it for a while.
  const result =
    running === undefined &&
    last?.closedAt != null &&
    last.item === state.currentItem &&
    state.floor === null &&
    (props.paper === null || now - new Date(ownClock.result ?? now).getTime() < RESULT_STAYS)
      ? last
      : undefined;
  const item = state.currentItem === null ? undefined : state.items[state.currentItem];
  // Where a paper or a vote takes the middle, the item stands above it.
  const taken = props.paper !== null || running !== undefined || result !== undefined;
  return (
    <div className={styles['room']} data-testid="room-screen">
      <header className={styles['head']}>
        <h1 data-testid="room-title">
          {item && taken ? t('meeting.itemNow', { ordinal: item.ordinal, title: item.title }) : state.title}
        </h1>
        {props.apart ? (
          <span className={styles['apart']} role="status" data-testid="room-apart">
            <Status tone="warn">{t('meeting.connection.reconnecting')}</Status>
          </span>
        ) : null}
        <span className={styles['clock']}>{clockTime(now)}</span>
      </header>
      <main className={styles['body']}>
        {running ? (
          <RunningVote state={state} motion={running} />
        ) : result ? (
          <div className={styles['centre']}>
            <p className={styles['motion']}>{result.text}</p>
            {props.renderResult(result)}
          </div>
        ) : (
          <Shown paper={props.paper} state={state} />
        )}
      </main>
      {state.floor === null ? null : (
        <Speaker
          state={state}
          floor={state.floor}
          spoken={Math.max(0, now - new Date(ownClock.floor ?? now).getTime())}
        />
      )}
    </div>
  );
}

/** Who has the floor, and the time left or, without a limit, spoken; `spoken` in milliseconds. */
function Speaker(props: { readonly state: MeetingState; readonly floor: Floor; readonly spoken: number }) {
  const { t } = useTranslation();
  const { state, floor } = props;
  const { says, time } = speakingTime(props.spoken / 1000, floor.limitSeconds);
  return (
    <footer className={styles['speaker']} data-testid="room-speaker">
      <span>{t('meeting.speaking', { name: nameOn(state, floor.member) ?? t('common.unnamed') })}</span>
      <span className={styles['time']}>{t(`meeting.speakingTime.${says}`, { time: duration(time) })}</span>
    </footer>
  );
}

function Now({ state }: { readonly state: MeetingState }) {
  const { t } = useTranslation();
  const item = state.currentItem === null ? undefined : state.items[state.currentItem];
  return (
    <div className={styles['centre']}>
      {item ? (
        <>
          <p className={styles['label']}>{t('room.item', { ordinal: item.ordinal })}</p>
          <p className={styles['title']} data-testid="room-item">
            {item.title}
          </p>
        </>
      ) : (
        <p className={styles['title']}>{t(`room.phase.${state.phase}`)}</p>
      )}
      <p className={styles['label']}>
        {t('room.present', { present: state.quorum.present, total: state.quorum.total })}
      </p>
    </div>
  );
}

function RunningVote({ state, motion }: { readonly state: MeetingState; readonly motion: MotionState }) {
  const { t } = useTranslation();
  const { voted } = motion.tally;
  const entitled = voted + awaitedVoters(state, motion).length;
  return (
    <div className={styles['centre']} data-testid="room-vote">
      <p className={styles['label']}>{t('room.voting')}</p>
      <p className={styles['motion']}>{motion.text}</p>
      <p className={styles['count']}>{t('room.voted', { count: voted, total: entitled })}</p>
      <div
        className={styles['track']}
        role="progressbar"
        aria-label={t('room.voting')}
        aria-valuemin={0}
        aria-valuemax={entitled}
        aria-valuenow={voted}
      >
        <div className={styles['done']} style={{ width: `${entitled === 0 ? 0 : (voted / entitled) * 100}%` }} />
      </div>
    </div>
  );
}

function Shown({ paper, state }: { readonly paper: ReactNode; readonly state: MeetingState }) {
  return paper === null ? <Now state={state} /> : <div className={styles['paper']}>{paper}</div>;
}
