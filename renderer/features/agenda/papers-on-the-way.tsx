import { Button, ProgressBar } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { PaperStatus } from '../../../common/contract/requests.ts';
import type { MeetingId } from '../../../common/domain/ids.ts';
import { request } from '../../bridge/phien.ts';
import { notifyFailure } from '../../ui/notify.ts';
import { sizeText } from '../../ui/size.ts';
import { duration, useLasting } from '../../ui/time.ts';
import styles from './agenda-list.module.css';

/** How far all papers together are on their way here, with pause and going on; nothing while all are here. */
export function PapersOnTheWay(props: { readonly meeting: MeetingId; readonly papers: readonly PaperStatus[] }) {
  const { t, i18n } = useTranslation();
  const coming = props.papers.filter(({ state }) => state !== 'here' && state !== 'missing');
  const shown = useLasting(coming.length > 0);
  if (!shown || coming.length === 0) return null;
  const sum = (of: (paper: PaperStatus) => number): number => coming.reduce((all, paper) => all + of(paper), 0);
  const size = sum((paper) => paper.size);
  const left = size - sum((paper) => paper.have);
  const speed = sum((paper) => paper.bytesPerSecond);
  const pause = coming.find((paper) => paper.pause !== null)?.pause ?? null;
  const whole = t('agenda.onTheWay.left', { count: coming.length, size: sizeText(left, i18n.language) });
  const pace =
    speed === 0
      ? t('agenda.onTheWay.waiting')
      : `${t('agenda.onTheWay.speed', { speed: sizeText(speed, i18n.language) })} · ${t('agenda.timeLeft', { time: duration(Math.ceil(left / speed)) })}`;

  const say = (paused: boolean): void =>
    void request('papers.pause', { meeting: props.meeting, paused }).catch(notifyFailure);
  return (
    <section className={styles['onTheWay']} aria-label={t('agenda.onTheWay.title')} data-testid="papers-on-the-way">
      <span className={styles['grow']}>
        {whole}
        <ProgressBar value={size === 0 ? 0 : (size - left) / size} aria-label={whole} />
        <span className={styles['quiet']} role="status" data-testid="papers-pace">
          {pause === null ? pace : t(`agenda.onTheWay.${pause}`)}
        </span>
      </span>
      {pause === null ? (
        <Button onClick={() => say(true)} data-testid="pause-papers">
          {t('agenda.onTheWay.pause')}
        </Button>
      ) : (
        <Button onClick={() => say(false)} data-testid="fetch-papers">
          {t(pause === 'metered' ? 'agenda.onTheWay.fetchAnyway' : 'agenda.onTheWay.goOn')}
        </Button>
      )}
    </section>
  );
}
