import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, ProgressBar } from '@fluentui/react-components';
import type { PaperStatus } from '../../../common/contract/requests.ts';
import { sizeText } from '../../ui/size.ts';
import { useLasting, useLingering } from '../../ui/time.ts';
import type { ComingPaper } from './paper-source.ts';

/** How far a paper is here, and where its bytes come from until it is whole. */
export interface PaperArrival extends Pick<PaperStatus, 'size' | 'have' | 'state' | 'lost' | 'pause'> {
  /** The same as long as the paper is. */
  readonly source: ComingPaper;
  /** Has the papers of its meeting fetched although they are paused. */
  onFetch(): void;
}

/** In place of a paper of which no page can be shown yet. */
export function WaitForPaper(props: {
  readonly title: string;
  readonly arrival: PaperArrival;
  readonly shown: boolean;
}): ReactNode {
  const { arrival, title } = props;
  const { t } = useTranslation();
  const { moves, sizes } = useArrival(arrival);
  if (!props.shown) return <div className="paper-reader paper-message" data-testid="paper-opening" />;
  return (
    <div className="paper-reader paper-message" data-testid="paper-coming" data-moves={moves}>
      <h2>{t(`papers.${moves ? 'comingTitle' : 'notHereTitle'}`, { title })}</h2>
      <p role="status">
        {moves
          ? t('papers.comingText')
          : arrival.state !== 'paused'
            ? t('papers.problem.missing')
            : t(arrival.pause === 'metered' ? 'papers.comingMetered' : 'papers.comingPaused')}
      </p>
      {(moves || arrival.have > 0) && (
        <div className="paper-coming">
          <ProgressBar value={arrival.size === 0 ? 0 : arrival.have / arrival.size} aria-label={title} />
          <span>{t(arrival.have > 0 ? 'papers.comingSizes' : 'papers.comingFirst', sizes)}</span>
        </div>
      )}
      {arrival.pause !== null && (
        <Button appearance="primary" onClick={() => arrival.onFetch()} data-testid="fetch-this-paper">
          {t(`agenda.onTheWay.${arrival.pause === 'metered' ? 'fetchAnyway' : 'goOn'}`)}
        </Button>
      )}
    </div>
  );
}

/** Over an open paper of which not all is here; nothing when it is whole, or will be in a moment. */
export function StillComing({ arrival }: { readonly arrival: PaperArrival }): ReactNode {
  const { t } = useTranslation();
  const { moves, sizes } = useArrival(arrival);
  const shown = useLasting(arrival.state !== 'here');
  if (!shown) return null;
  const text = moves ? 'stillComing' : arrival.state === 'paused' ? 'stillPaused' : 'stillWaiting';
  return (
    <div className="paper-still-coming" data-testid="still-coming" data-state={arrival.state}>
      {t(`papers.${text}`, sizes)}
    </div>
  );
}

/** More of it comes now; a moment's rest between two parts of it is none. */
export function useMoves(arrival: PaperArrival | undefined): boolean {
  const lately = useLingering(arrival?.state === 'fetching' || arrival?.state === 'here');
  return lately && arrival?.state !== 'paused';
}

function useArrival(arrival: PaperArrival) {
  const { i18n } = useTranslation();
  const moves = useMoves(arrival);
  const text = (bytes: number): string => sizeText(bytes, i18n.language);
  return { moves, sizes: { have: text(arrival.have), size: text(arrival.size) } };
}
