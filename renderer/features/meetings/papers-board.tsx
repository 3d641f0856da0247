import { ProgressBar } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { PaperStatus } from '../../../common/contract/requests.ts';
import type { MeetingId, MemberId } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { Status } from '../../ui/screen.tsx';
import { percentText, shareOf, sizeText } from '../../ui/size.ts';
import { duration } from '../../ui/time.ts';
import styles from './panel.module.css';
import { usePapersElsewhere, type Way } from './use-papers-elsewhere.ts';

/** Who has which paper, by the signed receipts of their laptops; how far the others are, as their laptops say. */
export function PapersBoard(props: {
  readonly meeting: MeetingId;
  readonly me: MemberId;
  readonly state: MeetingState;
  readonly papers: readonly PaperStatus[];
}) {
  const { t } = useTranslation();
  const { state, papers } = props;
  const wayOf = usePapersElsewhere(props.meeting);
  if (papers.length === 0) return <p className={styles['quiet']}>{t('meeting.noPapers')}</p>;
  return (
    <ul className={styles['list']} data-testid="papers-board">
      {papers.map((paper) => {
        const missing = state.roster.filter(({ member }) => !paper.receivedBy.includes(member));
        const have = state.roster.length - missing.length;
        const label = t('meeting.haveIt', { count: have, total: state.roster.length });
        return (
          <li key={paper.paper} className={styles['person']} data-testid={`board-${paper.paper}`}>
            <div className={styles['grow']}>
              <strong>{paper.title}</strong>
              <ProgressBar value={state.roster.length === 0 ? 0 : have / state.roster.length} aria-label={label} />
              <Status tone={missing.length === 0 ? 'good' : 'warn'}>{label}</Status>
              {missing.map(({ member, name }) => (
                <OneMissing
                  key={member}
                  name={name}
                  size={paper.size}
                  way={member === props.me ? ownWay(paper) : wayOf(member, paper.paper)}
                />
              ))}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

const ownWay = ({ have, bytesPerSecond, state }: PaperStatus): Way => ({
  have,
  bytesPerSecond,
  active: state !== 'paused',
});

/** `way` undefined: that laptop was not reached. */
function OneMissing(props: { readonly name: string; readonly size: number; readonly way: Way | undefined }) {
  const { t, i18n } = useTranslation();
  const { name, size, way } = props;
  if (!way) return <p className={styles['quiet']}>{t('meeting.boardNobody', { name })}</p>;
  const share = shareOf({ have: way.have, size });
  const at =
    share === null
      ? t('meeting.boardNobody', { name })
      : t('meeting.boardAt', { name, percent: percentText(share, i18n.language) });
  const pace =
    way.bytesPerSecond === 0
      ? []
      : [
          t('meeting.boardPace', { speed: sizeText(way.bytesPerSecond, i18n.language) }),
          t('meeting.boardLeft', { time: duration(Math.ceil((size - way.have) / way.bytesPerSecond)) }),
        ];
  return <p className={styles['quiet']}>{[at, ...(way.active ? pace : [t('meeting.boardPaused')])].join(' · ')}</p>;
}
