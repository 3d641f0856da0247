import { Field, MessageBar, MessageBarBody, Textarea } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHOICES } from '../../../common/domain/body-rules.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { actOf, itemsOf, type AskedVote } from './asked-vote.ts';
import styles from './votes.module.css';

/** The text that will be voted on, once more before everybody sees it. Open while `asked` is given. */
export function OpenVoteDialog(props: {
  readonly asked: AskedVote | null;
  readonly state: MeetingState;
  readonly acting: Acting;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { asked, state, acting } = props;
  const [text, setText] = useState('');
  useEffect(() => {
    if (asked !== null) setText(asked.text);
  }, [asked]);
  const rule = state.rules.vote;
  const { of, now } = asked === null ? { of: null, now: undefined } : itemsOf(asked, state);
  return (
    <Confirm
      open={asked !== null}
      title={t('votes.openTitle')}
      action={t(now === undefined ? 'votes.open' : 'votes.openStill')}
      disabled={text.trim() === ''}
      busy={acting.busy}
      testid="open-vote"
      onCancel={props.onClose}
      onConfirm={() => {
        if (asked === null) return;
        void acting
          .act('motion-opened', actOf(asked, text, state))
          .then((done) => (done ? props.onClose() : undefined));
      }}
    >
      {of === null ? null : (
        <p data-testid="vote-item">{t('meeting.itemNow', { ordinal: of.ordinal, title: of.title })}</p>
      )}
      {now === undefined ? null : (
        <MessageBar intent="warning" layout="multiline" data-testid="vote-item-passed">
          <MessageBarBody>
            {now === null ? t('votes.itemOver') : t('votes.wentOn', { ordinal: now.ordinal })}{' '}
            {of === null ? t('votes.recordedApart') : t('votes.recordedUnder', { ordinal: of.ordinal })}
          </MessageBarBody>
        </MessageBar>
      )}
      <Field label={t('votes.motionText')} required>
        <Textarea
          rows={5}
          resize="vertical"
          value={text}
          onChange={(_, { value }) => setText(value)}
          data-testid="motion-text"
        />
      </Field>
      <p className={styles['quiet']}>
        {t('rules.options', {
          options: CHOICES[rule.options].map((choice) => t(`choice.${rule.options}.${choice}`)).join(', '),
        })}
        {'. '}
        {t('rules.vote', { threshold: t(`rules.threshold.${rule.threshold}`), base: t(`rules.base.${rule.base}`) })}
      </p>
    </Confirm>
  );
}
