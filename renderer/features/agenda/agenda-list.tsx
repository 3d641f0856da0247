import { Button, ProgressBar } from '@fluentui/react-components';
import { CheckmarkCircle20Filled, Circle20Regular, DocumentPdf20Regular, Record20Filled } from '@fluentui/react-icons';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgendaItem, PaperRecord } from '../../../common/collab/plan.ts';
import type { PaperStatus } from '../../../common/contract/requests.ts';
import type { MeetingId, Sha256 } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { percentText, shareOf, sizeText } from '../../ui/size.ts';
import { duration } from '../../ui/time.ts';
import styles from './agenda-list.module.css';
import { PapersOnTheWay } from './papers-on-the-way.tsx';

type Course = 'done' | 'now' | 'later';

/** The agenda of a running meeting: what is done, what is now, what comes; the papers and whether they are here. */
export function AgendaList(props: {
  readonly meeting: MeetingId;
  readonly state: MeetingState;
  readonly agenda: readonly AgendaItem[];
  readonly records: ReadonlyMap<Sha256, PaperRecord>;
  readonly papers: readonly PaperStatus[];
  readonly openPaper: Sha256 | null;
  readonly onOpenPaper: (paper: Sha256) => void;
}) {
  const { t } = useTranslation();
  const { state, agenda } = props;
  const current = useRef<HTMLLIElement>(null);
  useEffect(() => current.current?.scrollIntoView({ block: 'nearest' }), [state.currentItem]);
  const sealed = state.minutes.stage === 'sealed' ? state.minutes.paper : null;
  return (
    <>
      <h2 className={styles['title']}>{t('agenda.title')}</h2>
      <PapersOnTheWay meeting={props.meeting} papers={props.papers} />
      <ol className={styles['list']}>
        {agenda.map((item, index) => {
          const course = courseOf(state, item);
          return (
            <li
              key={item.id}
              ref={course === 'now' ? current : null}
              className={course === 'now' ? `${styles['item']} ${styles['now']}` : styles['item']}
              aria-current={course === 'now' ? 'step' : undefined}
              data-testid={`open-item-${item.id}`}
              data-course={course}
            >
              <div className={styles['head']}>
                <CourseSign course={course} />
                <span className={styles['grow']}>
                  <span>{`${index + 1}. ${state.items[item.id]?.title ?? item.title}`}</span>
                  {item.presenter === '' ? null : <span className={styles['quiet']}>{item.presenter}</span>}
                </span>
              </div>
              {item.papers.map((paper) => (
                <PaperLine
                  key={paper}
                  title={
                    props.records.get(paper)?.title ??
                    props.papers.find((status) => status.paper === paper)?.title ??
                    t('agenda.paperUnknown')
                  }
                  status={props.papers.find((status) => status.paper === paper)}
                  open={props.openPaper === paper}
                  onOpen={() => props.onOpenPaper(paper)}
                  testid={`paper-${paper}`}
                />
              ))}
              {state.items[item.id]?.conclusion == null ? null : (
                <p className={styles['conclusion']}>
                  <strong>{t('agenda.conclusion')}</strong> {state.items[item.id]?.conclusion}
                </p>
              )}
            </li>
          );
        })}
      </ol>
      {state.conclusion === null ? null : (
        <p className={styles['whole']}>
          <strong>{t('agenda.meetingConclusion')}</strong> {state.conclusion}
        </p>
      )}
      {sealed === null ? null : (
        <div className={styles['whole']}>
          <PaperLine
            title={t('agenda.signedMinutes')}
            status={props.papers.find(({ paper }) => paper === sealed)}
            open={props.openPaper === sealed}
            onOpen={() => props.onOpenPaper(sealed)}
            testid="signed-minutes"
          />
        </div>
      )}
    </>
  );
}

function courseOf(state: MeetingState, item: AgendaItem): Course {
  if (state.currentItem === item.id) return 'now';
  return state.items[item.id] === undefined ? 'later' : 'done';
}

function CourseSign({ course }: { readonly course: Course }) {
  const { t } = useTranslation();
  const label = t(`agenda.course.${course}`);
  if (course === 'done') return <CheckmarkCircle20Filled className={styles['done'] ?? ''} aria-label={label} />;
  if (course === 'now') return <Record20Filled className={styles['current'] ?? ''} aria-label={label} />;
  return <Circle20Regular aria-label={label} />;
}

function PaperLine(props: {
  readonly title: string;
  readonly status: PaperStatus | undefined;
  readonly open: boolean;
  readonly onOpen: () => void;
  readonly testid: string;
}) {
  const { status } = props;
  return (
    <div className={styles['paper']}>
      <Button
        appearance="subtle"
        icon={<DocumentPdf20Regular />}
        className={props.open ? `${styles['paperButton']} ${styles['open']}` : styles['paperButton']}
        aria-current={props.open ? 'true' : undefined}
        onClick={props.onOpen}
        data-testid={props.testid}
        data-state={status?.state ?? 'missing'}
      >
        <span>{props.title}</span>
      </Button>
      {status === undefined || status.state === 'here' ? null : <Fetching status={status} />}
    </div>
  );
}

function Fetching({ status }: { readonly status: PaperStatus }) {
  const { t, i18n } = useTranslation();
  const share = shareOf(status);
  const left = status.bytesPerSecond > 0 ? (status.size - status.have) / status.bytesPerSecond : null;
  const far = {
    percent: percentText(share ?? 0, i18n.language),
    size: sizeText(status.size, i18n.language),
    speed: sizeText(status.bytesPerSecond, i18n.language),
  };
  const text =
    status.state === 'fetching'
      ? [
          left === null
            ? t(share === null ? 'agenda.fetchingFirst' : 'agenda.fetchingStill', far)
            : t(share === null ? 'agenda.fetchingAt' : 'agenda.fetching', far),
          ...(left === null ? [] : [t('agenda.timeLeft', { time: duration(Math.ceil(left)) })]),
          ...(status.givers === 0 ? [] : [t('agenda.fromGivers', { count: status.givers })]),
        ].join(' · ')
      : t(`agenda.paperState.${status.state}`);
  return (
    <div className={styles['quiet']}>
      {status.state === 'fetching' || share !== null ? (
        <ProgressBar {...(share === null ? {} : { value: share })} aria-label={text} />
      ) : null}
      {text}
    </div>
  );
}
