import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { MeetingView } from '../../../common/contract/requests.ts';
import type { MemberId } from '../../../common/domain/ids.ts';
import type { MeetingState, MotionState } from '../../../common/domain/meeting-state.ts';
import { awaitedVoters } from '../../../common/domain/quorum.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { nameOn } from '../../ui/names.ts';
import { isApart } from '../../ui/reach.ts';

/** Closing can't be taken back: says first who has not voted, and when their ballots can't arrive. Open while `motion` is given. */
export function CloseVoteDialog(props: {
  readonly view: Pick<MeetingView, 'connection' | 'me'>;
  readonly state: MeetingState;
  readonly motion: MotionState | null;
  readonly acting: Acting;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { state, acting, motion } = props;
  const awaited = motion === null ? [] : awaitedVoters(state, motion);
  const nameOf = (member: MemberId): string => {
    const name = nameOn(state, member) ?? t('common.unnamed');
    // Whoever closes the vote easily forgets the own one.
    return member === props.view.me.member ? t('common.you', { name }) : name;
  };
  return (
    <Confirm
      open={motion !== null}
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
      {awaited.length === 0 ? (
        t('votes.everybodyVoted')
      ) : (
        <>
          {isApart(props.view.connection) ? (
            <MessageBar intent="warning" layout="multiline" data-testid="close-apart">
              <MessageBarBody>{t('votes.closeApart')}</MessageBarBody>
            </MessageBar>
          ) : null}
          <p>
            {t('votes.closeWaiting', {
              names: awaited.map(nameOf).join(', '),
            })}
          </p>
        </>
      )}
    </Confirm>
  );
}
