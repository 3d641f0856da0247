import { Field, Textarea } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHOICES } from '../../../common/domain/body-rules.ts';
import { asMotionId } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { newLocalId, type Acting } from '../../bridge/use-act.ts';
import { Confirm } from '../../ui/confirm.tsx';
import styles from './votes.module.css';

/** The text that will be voted on, once more before everybody sees it. */
export function OpenVoteDialog(props: {
  readonly open: boolean;
  readonly text: string;
  readonly state: MeetingState;
  readonly acting: Acting;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { state, acting } = props;
  const [text, setText] = useState(props.text);
  useEffect(() => {
    if (props.open) setText(props.text);
  }, [props.open, props.text]);
  const rule = state.rules.vote;
  return (
    <Confirm
      open={props.open}
      title={t('votes.openTitle')}
      action={t('votes.open')}
      disabled={text.trim() === ''}
      busy={acting.busy}
      testid="open-vote"
      onCancel={props.onClose}
      onConfirm={() =>
        void acting
          .act('motion-opened', {
            motion: asMotionId(newLocalId()),
            item: state.currentItem,
            text: text.trim().slice(0, 20_000),
            secret: false,
            rule,
          })
          .then((done) => (done ? props.onClose() : undefined))
      }
    >
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
