import { useEffect, useState, type ReactNode, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Input } from '@fluentui/react-components';
import {
  AutoFitWidth20Regular,
  ChevronDown20Regular,
  ChevronUp20Regular,
  DocumentOnePage20Regular,
  PageFit20Regular,
  PresenterOff20Regular,
  Presenter20Regular,
  Search20Regular,
  TextBulletListTree20Regular,
  ZoomIn20Regular,
  ZoomOut20Regular,
} from '@fluentui/react-icons';
import { ToolButton } from '../../ui/tool-button.tsx';
import type { Pane } from './paper-reader.tsx';
import type { PageScroll } from './use-page-scroll.ts';

export function ReaderTools(props: {
  readonly pages: number;
  readonly scroll: PageScroll;
  readonly pane: Pane | undefined;
  readonly finding: boolean;
  readonly pageBox: RefObject<HTMLInputElement | null>;
  readonly presenting: boolean | undefined;
  onPane(pane: Pane | undefined): void;
  onFind(): void;
  onGoTo(page: number): void;
  onPresenting(presenting: boolean): void;
}): ReactNode {
  const { pages, scroll, pane, presenting } = props;
  const { t } = useTranslation();
  const toggle = (wanted: Pane): void => props.onPane(pane === wanted ? undefined : wanted);
  return (
    <div className="paper-tools" role="toolbar" aria-label={t('papers.tools')}>
      <ToolButton
        label={t('papers.thumbnails')}
        icon={<DocumentOnePage20Regular />}
        testId="toggle-thumbnails"
        pressed={pane === 'thumbnails'}
        onClick={() => toggle('thumbnails')}
      />
      <ToolButton
        label={t('papers.outline')}
        icon={<TextBulletListTree20Regular />}
        testId="toggle-outline"
        pressed={pane === 'outline'}
        onClick={() => toggle('outline')}
      />
      <span className="paper-tools-gap" />
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
      <span className="paper-tools-gap" />
      <ToolButton
        label={t('papers.zoomOut')}
        icon={<ZoomOut20Regular />}
        testId="zoom-out"
        onClick={() => scroll.stepZoom(-1)}
      />
      <Button
        appearance="subtle"
        className="paper-percent"
        data-testid="zoom-percent"
        aria-label={t('papers.zoomIs', { percent: scroll.percent })}
        onClick={() => scroll.setZoom({ fit: 'none', percent: 100 })}
      >
        {scroll.percent} %
      </Button>
      <ToolButton
        label={t('papers.zoomIn')}
        icon={<ZoomIn20Regular />}
        testId="zoom-in"
        onClick={() => scroll.stepZoom(1)}
      />
      <ToolButton
        label={t('papers.fitWidth')}
        icon={<AutoFitWidth20Regular />}
        testId="fit-width"
        pressed={scroll.zoom.fit === 'width'}
        onClick={() => scroll.setZoom({ fit: 'width' })}
      />
      <ToolButton
        label={t('papers.fitPage')}
        icon={<PageFit20Regular />}
        testId="fit-page"
        pressed={scroll.zoom.fit === 'page'}
        onClick={() => scroll.setZoom({ fit: 'page' })}
      />
      <span className="paper-tools-gap" />
      <ToolButton
        label={t('papers.find')}
        icon={<Search20Regular />}
        testId="open-find"
        pressed={props.finding}
        onClick={props.onFind}
      />
      {presenting !== undefined && (
        <Button
          className="paper-present"
          data-testid="present"
          appearance={presenting ? 'primary' : 'secondary'}
          icon={presenting ? <PresenterOff20Regular /> : <Presenter20Regular />}
          onClick={() => props.onPresenting(!presenting)}
        >
          {t(presenting ? 'papers.stopPresenting' : 'papers.present')}
        </Button>
      )}
    </div>
  );
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
