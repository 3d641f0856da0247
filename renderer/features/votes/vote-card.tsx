import { Button, Dialog, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHOICES, type Choice } from '../../../common/domain/body-rules.ts';
import type { MotionState } from '../../../common/domain/meeting-state.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { ReturnFocus } from '../../ui/return-focus.tsx';
import { useLastOf } from './last-of.ts';
import styles from './votes.module.css';

/**
 * A vote that waits for me: the whole text, big buttons, number keys, and a question before it is cast. Stays in the
 * tree while `motion` is null: a dialog that vanishes instead of closing leaves the rest of the window unreachable for
 * screen readers.
 */
export function VoteCard(props: {
  readonly motion: MotionState | null;
  readonly acting: Acting;
  /** Puts the card away to read first; the banner brings it back. */
  readonly onLater: () => void;
  readonly onCast: () => void;
}) {
  const { motion } = props;
  const shown = useLastOf(motion);
  return (
    <Dialog open={motion !== null} modalType="alert">
      <DialogSurface className={styles['card']} data-testid="vote-card" aria-describedby={undefined}>
        <ReturnFocus />
        {shown === null ? null : <Card key={shown.motion} {...props} motion={shown} />}
      </DialogSurface>
    </Dialog>
  );
}

function Card(props: {
  readonly motion: MotionState;
  readonly acting: Acting;
  readonly onLater: () => void;
  readonly onCast: () => void;
}) {
  const { t } = useTranslation();
  const { motion, acting, onCast } = props;
  const [chosen, setChosen] = useState<Choice | null>(null);
  const options = CHOICES[motion.rule.options];
  const label = (choice: Choice): string => t(`choice.${motion.rule.options}.${choice}`);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || chosen !== null) return;
      const option = options[Number(event.key) - 1];
      if (option === undefined) return;
      event.preventDefault();
      setChosen(option);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [options, chosen]);

  async function cast(choice: Choice): Promise<void> {
    if (await acting.act('ballot', { motion: motion.motion, choice })) onCast();
    else setChosen(null);
  }

  return (
    <DialogBody>
      <DialogTitle>{t('votes.cardTitle')}</DialogTitle>
      <DialogContent>
        <p className={styles['text']} data-testid="vote-text">
          {motion.text}
        </p>
        {chosen === null ? (
          <div className={styles['options']}>
            {options.map((choice, index) => (
              <Button
                key={choice}
                size="large"
                className={styles['option']}
                onClick={() => setChosen(choice)}
                data-testid={`vote-${choice}`}
              >
                <kbd className={styles['key']}>{index + 1}</kbd>
                {label(choice)}
              </Button>
            ))}
          </div>
        ) : (
          <div className={styles['confirm']} aria-live="assertive">
            <p>
              {t('votes.youChoose')} <strong className={styles['chosen']}>{label(chosen)}</strong>
            </p>
            <div className={styles['buttons']}>
              <Button
                size="large"
                appearance="primary"
                autoFocus
                disabledFocusable={acting.busy}
                onClick={() => void cast(chosen)}
                data-testid="confirm-vote"
              >
                {t('votes.cast')}
              </Button>
              <Button size="large" disabled={acting.busy} onClick={() => setChosen(null)} data-testid="choose-again">
                {t('votes.chooseAgain')}
              </Button>
            </div>
          </div>
        )}
        <div className={styles['later']}>
          <Button appearance="subtle" onClick={props.onLater} data-testid="vote-later">
            {t('votes.readFirst')}
          </Button>
        </div>
      </DialogContent>
    </DialogBody>
  );
}
