import { useEffect, useState, type ReactNode, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Input } from '@fluentui/react-components';
import {
  AutoFitWidth20Regular,
  ChevronDown20Regular,
  ChevronUp20Regular,
  DocumentOnePage20Regular,
  NumberSymbol20Regular,
  PageFit20Regular,
  PresenterOff20Regular,
  Presenter20Regular,
  Search20Regular,
  TextBulletListTree20Regular,
  ZoomIn20Regular,
  ZoomOut20Regular,
} from '@fluentui/react-icons';
import type { PageOverlay } from '../../ui/page-overlay.ts';
import { ToolButton, type SpareToolButton } from '../../ui/tool-button.tsx';
import { MoreTools } from './more-tools.tsx';
import type { Pane } from './paper-reader.tsx';
import type { PageScroll } from './use-page-scroll.ts';
import { useToolRoom } from './use-tool-room.ts';

/** One row: reading, what is drawn over the paper, and a menu with what is needed now and then. Two where it is narrow. */
export function ReaderTools(props: {
  readonly pages: number;
  readonly scroll: PageScroll;
  readonly pane: Pane | undefined;
  readonly finding: boolean;
  readonly pageBox: RefObject<HTMLInputElement | null>;
  readonly presenting: boolean | undefined;
  readonly overlay: PageOverlay | undefined;
  onPane(pane: Pane | undefined): void;
  onFind(): void;
  onGoTo(page: number): void;
  onPresenting(presenting: boolean): void;
}): ReactNode {
  const { pages, scroll, presenting, overlay } = props;
  const { t } = useTranslation();
  const ofReading = useReadingTools(props);
  const ofOverlay = overlay?.spareTools ?? [];
  const room = useToolRoom([
    ...ofReading.slice(0, SELDOM).map(({ id }) => ({ id, group: 'reading' as const })),
    ...ofOverlay.map(({ id }) => ({ id, group: 'overlay' as const })),
  ]);
  const isShown = ({ id }: SpareToolButton): boolean => room.shown.has(id);
  const spare = (tools: readonly SpareToolButton[]): ReactNode =>
    tools.filter(isShown).map(({ id, ...tool }) => <ToolButton key={id} testId={id} {...tool} />);

  const overlayTools = (
    <div className="paper-tool-group" ref={room.overlay} key="overlay">
      {overlay?.tools}
      {spare(ofOverlay)}
    </div>
  );
  return (
    <div className="paper-tools" role="toolbar" aria-label={t('papers.tools')} ref={room.bar} data-rows={room.rows}>
      <div className="paper-tool-group" ref={room.reading} key="reading">
        <ToolButton
          label={t('papers.previousPage')}
          icon={<ChevronUp20Regular />}
          testId="previous-page"
          disabled={scroll.current <= 1}
          onClick={() => props.onGoTo(scroll.current - 1)}
        />
        <PageBox box={props.pageBox} current={scroll.current} pages={pages} onGoTo={props.onGoTo} />
        <ToolButton
          label={t('papers.nextPage')}
          icon={<ChevronDown20Regular />}
          testId="next-page"
          disabled={scroll.current >= pages}
          onClick={() => props.onGoTo(scroll.current + 1)}
        />
        <ToolButton
          label={t('papers.zoomOut')}
          icon={<ZoomOut20Regular />}
          testId="zoom-out"
          onClick={() => scroll.stepZoom(-1)}
        />
        <ToolButton
          label={t('papers.zoomIn')}
          icon={<ZoomIn20Regular />}
          testId="zoom-in"
          onClick={() => scroll.stepZoom(1)}
        />
        <ToolButton
          label={t('papers.find')}
          icon={<Search20Regular />}
          testId="open-find"
          pressed={props.finding}
          onClick={props.onFind}
        />
        {spare(ofReading)}
      </div>
      {room.rows === 1 ? overlayTools : null}
      <div className="paper-tool-group paper-tools-end" ref={room.end} key="end">
        {presenting !== undefined && (
          <Button
            className="paper-present"
            data-testid="present"
            appearance={presenting ? 'primary' : 'secondary'}
            icon={presenting ? <PresenterOff20Regular /> : <Presenter20Regular />}
            title={t(presenting ? 'papers.stopPresenting' : 'papers.present')}
            aria-label={t(presenting ? 'papers.stopPresenting' : 'papers.present')}
            onClick={() => props.onPresenting(!presenting)}
          >
            {room.words ? (
              <span ref={room.wordsBox}>{t(presenting ? 'papers.stopPresenting' : 'papers.present')}</span>
            ) : null}
          </Button>
        )}
        <MoreTools tools={[...ofReading, ...ofOverlay].filter((tool) => !isShown(tool))} />
      </div>
      {room.rows === 2 ? overlayTools : null}
    </div>
  );
}

/** How many of the tools below may stand beside the others; the rest is always in the menu. */
const SELDOM = 2;

function useReadingTools(props: {
  readonly scroll: PageScroll;
  readonly pane: Pane | undefined;
  onPane(pane: Pane | undefined): void;
}): readonly SpareToolButton[] {
  const { scroll, pane } = props;
  const { t } = useTranslation();
  const toggle = (wanted: Pane): void => props.onPane(pane === wanted ? undefined : wanted);
  return [
    {
      id: 'fit-width',
      label: t('papers.fitWidth'),
      icon: <AutoFitWidth20Regular />,
      pressed: scroll.zoom.fit === 'width',
      onClick: () => scroll.setZoom({ fit: 'width' }),
    },
    {
      id: 'toggle-thumbnails',
      label: t('papers.thumbnails'),
      icon: <DocumentOnePage20Regular />,
      pressed: pane === 'thumbnails',
      onClick: () => toggle('thumbnails'),
    },
    {
      id: 'toggle-outline',
      label: t('papers.outline'),
      icon: <TextBulletListTree20Regular />,
      pressed: pane === 'outline',
      onClick: () => toggle('outline'),
    },
    {
      id: 'fit-page',
      label: t('papers.fitPage'),
      icon: <PageFit20Regular />,
      pressed: scroll.zoom.fit === 'page',
      onClick: () => scroll.setZoom({ fit: 'page' }),
    },
    {
      id: 'zoom-percent',
      label: t('papers.zoomIs', { percent: scroll.percent }),
      icon: <NumberSymbol20Regular />,
      onClick: () => scroll.setZoom({ fit: 'none', percent: 100 }),
    },
  ];
}

function PageBox(props: {
  readonly box: RefObject<HTMLInputElement | null>;
  readonly current: number;
  readonly pages: number;
  onGoTo(page: number): void;
}): ReactNode {
  const { current, pages, onGoTo } = props;
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  useEffect(() => setTyped(undefined), [current]);

  function go(): void {
    const page = Number(typed);
    if (typed !== undefined && Number.isInteger(page) && page >= 1) onGoTo(Math.min(page, pages));
    setTyped(undefined);
  }

  return (
    <span className="paper-page-box">
      <Input
        input={{ ref: props.box, className: 'paper-page-input' }}
        data-testid="page-box"
        aria-label={t('papers.pageBox', { pages })}
        inputMode="numeric"
        value={typed ?? String(current)}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(_, data) => setTyped(data.value.replace(/\D/g, '').slice(0, 6))}
        onBlur={() => setTyped(undefined)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go();
          if (event.key === 'Escape') setTyped(undefined);
        }}
      />
      <span aria-hidden="true">/ {pages}</span>
    </span>
  );
}
