import { useTranslation } from 'react-i18next';
import { CHOICES } from '../../../common/domain/body-rules.ts';
import type { MotionState } from '../../../common/domain/meeting-state.ts';
import { Status } from '../../ui/screen.tsx';
import { percentText } from '../../ui/size.ts';
import { useLasting } from '../../ui/time.ts';
import styles from './votes.module.css';

/** The result with everything needed to check it by hand, and a chart of the same numbers. */
export function VoteResult({ motion, large }: { readonly motion: MotionState; readonly large?: boolean }) {
  const { t, i18n } = useTranslation();
  const { rule, tally } = motion;
  const incomplete = useLasting(motion.missing > 0);
  const share = tally.base === 0 ? 0 : tally.approve / tally.base;
  const approve = t(`choice.${rule.options}.approve`);
  const rows = CHOICES[rule.options].map((choice) => ({
    choice,
    label: t(`choice.${rule.options}.${choice}`),
    count: tally.counts[choice],
  }));
  const most = Math.max(tally.base, tally.voted, 1);
  return (
    <div
      className={large === true ? `${styles['result']} ${styles['large']}` : styles['result']}
      data-testid="vote-result"
    >
      <strong className={styles['verdict']} data-testid="vote-verdict" data-passed={tally.passed}>
        <Status tone={tally.passed ? 'good' : 'bad'}>{t(tally.passed ? 'votes.passed' : 'votes.failed')}</Status>
      </strong>
      <table className={styles['chart']}>
        <caption className="visually-hidden">{t('votes.chart')}</caption>
        <tbody>
          {rows.map(({ choice, label, count }) => (
            <tr key={choice}>
              <th scope="row">{label}</th>
              <td className={styles['barCell']}>
                <span
                  className={`${styles['bar']} ${styles[choice]}`}
                  style={{ width: `${(count / most) * 100}%` }}
                  aria-hidden
                />
              </td>
              <td className={styles['number']}>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles['arithmetic']} data-testid="vote-arithmetic">
        {t('votes.arithmetic', {
          option: approve,
          approve: tally.approve,
          baseCount: tally.base,
          base: t(`rules.base.${rule.base}`),
          percent: percentText(share, i18n.language),
          needed: tally.needed,
          threshold: t(`rules.threshold.${rule.threshold}`),
        })}
        {tally.decidedByChair ? ` ${t('votes.decidedByChair')}` : ''}
      </p>
      {incomplete ? (
        <div data-testid="ballots-missing">
          <Status tone="warn">{t('votes.missing', { count: motion.missing })}</Status>
        </div>
      ) : null}
    </div>
  );
}
