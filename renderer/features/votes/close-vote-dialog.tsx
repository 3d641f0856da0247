import { useTranslation } from 'react-i18next';
import type { MeetingState, MotionState } from '../../../common/domain/meeting-state.ts';
import { awaitedVoters } from '../../../common/domain/quorum.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { nameOn } from '../../ui/names.ts';
import { useLastOf } from './last-of.ts';

/** Closing can't be taken back: says who has not voted first. Open while `motion` is given. */
export function CloseVoteDialog(props: {
  readonly state: MeetingState;
  readonly motion: MotionState | null;
  readonly acting: Acting;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { state, acting } = props;
  const motion = useLastOf(props.motion);
  const awaited = motion === null ? [] : awaitedVoters(state, motion);
  return (
    <Confirm
      open={props.motion !== null}
      title={t('votes.closeTitle')}
      action={t('votes.close')}
      busy={acting.busy}
      testid="close-vote"
      onCancel={props.onClose}
      onConfirm={() => {
        if (motion === null) return;
        // The engine lists the ballots that it holds: they are what the result counts.
        void acting
          .act('motion-closed', { motion: motion.motion, ballots: [] })
          .then((done) => (done ? props.onClose() : undefined));
      }}
    >
      {awaited.length === 0
        ? t('votes.everybodyVoted')
        : t('votes.closeWaiting', {
            names: awaited.map((member) => nameOn(state, member) ?? t('common.unnamed')).join(', '),
          })}
    </Confirm>
  );
}
