import { Button, ProgressBar } from '@fluentui/react-components';
import { Print20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { MeetingView } from '../../../common/contract/requests.ts';
import { votersOf } from '../../../common/domain/count-ballots.ts';
import type { MeetingState, MotionState } from '../../../common/domain/meeting-state.ts';
import { awaitedVoters } from '../../../common/domain/quorum.ts';
import { savePdf } from '../../bridge/save-pdf.ts';
import { nameOn } from '../../ui/names.ts';
import { isApart, isOnlyHere } from '../../ui/reach.ts';
import { Status } from '../../ui/screen.tsx';
import { clockTime, useLasting, useNow } from '../../ui/time.ts';
import { VoteResult } from './vote-result.tsx';
import styles from './votes.module.css';

/** All votes of the meeting, the running one first. */
export function VotesPanel(props: {
  readonly view: MeetingView;
  readonly state: MeetingState;
  readonly onVote: (motion: MotionState) => void;
  /** Asks to close that vote. */
  readonly onCloseVote: (motion: MotionState) => void;
}) {
  const { t } = useTranslation();
  const motions = [...props.state.motions].reverse();
  if (motions.length === 0) return <p className={styles['quiet']}>{t('votes.none')}</p>;
  return (
    <ul className={styles['motions']}>
      {motions.map((motion) => (
        <li key={motion.motion} className={styles['motion']} data-testid={`motion-${motion.motion}`}>
          <p className={styles['motionText']}>{motion.text}</p>
          {motion.closedAt === null ? (
            <OpenMotion {...props} motion={motion} />
          ) : (
            <ClosedMotion {...props} motion={motion} />
          )}
        </li>
      ))}
    </ul>
  );
}

interface Props {
  readonly view: MeetingView;
  readonly state: MeetingState;
  readonly onVote: (motion: MotionState) => void;
  /** Asks to close that vote. */
  readonly onCloseVote: (motion: MotionState) => void;
  readonly motion: MotionState;
}

function OpenMotion(props: Props) {
  const { t } = useTranslation();
  const { view, state, motion, onVote } = props;
  const { voted } = motion.tally;
  const awaited = awaitedVoters(state, motion);
  const absent = motion.waitingFor.length - awaited.length;
  const entitled = voted + awaited.length;
  const progress = t('votes.voted', { count: voted, total: entitled });
  const apart = useLasting(isApart(view.connection)) && !view.summary.readOnly;
  return (
    <>
      <ProgressBar value={entitled === 0 ? 0 : voted / entitled} aria-label={progress} />
      <div data-testid="vote-progress">{progress}</div>
      {awaited.length === 0 ? (
        <Status tone="good">{t('votes.everybodyVoted')}</Status>
      ) : (
        <div data-testid="not-voted">
          <strong>{t('votes.notVoted')}</strong>{' '}
          {awaited.map((member) => nameOn(state, member) ?? t('common.unnamed')).join(', ')}
        </div>
      )}
      {apart ? (
        <div data-testid="counted-apart">
          <Status tone="warn">{t('votes.apart')}</Status>
        </div>
      ) : null}
      {absent === 0 ? null : <div className={styles['quiet']}>{t('votes.absent', { count: absent })}</div>}
      <Receipt view={view} motion={motion} />
      {view.summary.readOnly ? null : (
        <div className={styles['buttons']}>
          {motion.ballots[view.me.member] === undefined ? null : (
            <Button onClick={() => onVote(motion)} data-testid="change-vote">
              {t('votes.change')}
            </Button>
          )}
          {view.me.roles.office ? (
            <Button appearance="primary" onClick={() => props.onCloseVote(motion)} data-testid="panel-close-vote">
              {t('votes.close')}
            </Button>
          ) : null}
        </div>
      )}
    </>
  );
}

function ClosedMotion({ view, state, motion }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <VoteResult motion={motion} />
      <div className={styles['quiet']}>
        {t('votes.times', { from: clockTime(motion.openedAt), to: clockTime(motion.closedAt ?? '') })}
      </div>
      <Receipt view={view} motion={motion} />
      <div>
        <Button
          icon={<Print20Regular />}
          onClick={() =>
            void savePdf('lists.vote', t('votes.list'), motion.text.slice(0, 80).trim(), {
              meeting: view.summary.meeting,
              motion: motion.motion,
            })
          }
          data-testid={`save-vote-list-${motion.motion}`}
        >
          {t('votes.print')}
        </Button>
      </div>
      <details className={styles['names']}>
        <summary>{t('votes.byName')}</summary>
        <ul>
          {votersOf(state, motion).map(({ member, name }) => {
            const ballot = motion.ballots[member];
            return (
              <li key={member}>
                {name}:{' '}
                {ballot
                  ? t(`choice.${motion.rule.options}.${ballot.choice}`)
                  : t(
                      motion.late.includes(member)
                        ? 'votes.cameLate'
                        : motion.missing > 0
                          ? 'votes.notHereYet'
                          : 'votes.didNotVote',
                    )}
              </li>
            );
          })}
        </ul>
      </details>
    </>
  );
}

/** My own ballot as it is kept: what, when, the beginning of its fingerprint, and whether anybody else can have it. */
function Receipt({ view, motion }: { readonly view: MeetingView; readonly motion: MotionState }) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const ballot = motion.ballots[view.me.member];
  const late = motion.late.includes(view.me.member);
  if (!ballot) {
    // It is said, and not left to be missed.
    if (motion.closedAt === null || !view.me.roles.voting || view.summary.readOnly) return null;
    return (
      <div className={styles['receipt']} data-testid="no-ballot-of-mine">
        {late ? (
          <Status tone="warn">{t('votes.mineCameLate', { time: clockTime(motion.closedAt) })}</Status>
        ) : (
          t('votes.notCounted')
        )}
      </div>
    );
  }
  const lonely = !view.summary.readOnly && motion.closedAt === null && isOnlyHere(view.connection, ballot.at, now);
  return (
    <div className={styles['receipt']} data-testid="vote-receipt">
      {t('votes.receipt', {
        choice: t(`choice.${motion.rule.options}.${ballot.choice}`),
        time: clockTime(ballot.at),
        code: ballot.hash.slice(0, 8),
      })}
      {late ? (
        <div data-testid="change-came-late">
          <Status tone="warn">{t('votes.changeCameLate', { time: clockTime(motion.closedAt ?? '') })}</Status>
        </div>
      ) : null}
      {lonely ? (
        <div data-testid="ballot-only-here">
          <Status tone="warn">{t('votes.onlyHere')}</Status>
        </div>
      ) : null}
    </div>
  );
}
