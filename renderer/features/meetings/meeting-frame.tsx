import { Button } from '@fluentui/react-components';
import {
  ClipboardTextEdit20Regular,
  DocumentMultiple20Regular,
  Notepad20Regular,
  PanelLeftContract20Regular,
  PanelLeftExpand20Regular,
  PanelRightContract20Regular,
  People20Regular,
  Vote20Regular,
} from '@fluentui/react-icons';
import { useEffect, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ToolButton } from '../../ui/tool-button.tsx';
import { useMediaQuery } from '../../ui/use-media-query.ts';
import { useRemembered } from '../../ui/use-remembered.ts';
import styles from './meeting.module.css';

export type PanelName = 'people' | 'notes' | 'votes' | 'minutes' | 'board';

const ICONS: Readonly<Record<PanelName, ReactElement>> = {
  people: <People20Regular />,
  notes: <Notepad20Regular />,
  votes: <Vote20Regular />,
  minutes: <ClipboardTextEdit20Regular />,
  board: <DocumentMultiple20Regular />,
};

/** Where things are on the meeting screen: agenda left, paper in the middle, one panel right. */
export function MeetingFrame(props: {
  readonly top: ReactNode;
  /** One line under the top: what is asked of me, and the console. */
  readonly strip: ReactNode;
  readonly left: ReactNode;
  /** A paper is open, so that the agenda may give its room away. */
  readonly reading: boolean;
  readonly middle: ReactNode;
  readonly panels: readonly PanelName[];
  readonly panel: PanelName | null;
  readonly panelContent: ReactNode;
  readonly onPanel: (panel: PanelName | null) => void;
}) {
  const { t } = useTranslation();
  const { panel, panels, onPanel } = props;
  const [agenda, setAgenda] = useRemembered('agenda', ['open', 'folded'], 'open');
  // On a narrow window agenda and panel would leave the paper a third: only one of them stands beside it.
  const crowded = useMediaQuery('(max-width: 1150px)') && panel !== null;
  const folded = (agenda === 'folded' || crowded) && props.reading;

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const name = panels[Number(event.key) - 1];
      if (name === undefined) return;
      event.preventDefault();
      onPanel(name);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [panels, onPanel]);

  return (
    <div className={styles['frame']}>
      {props.top}
      <div className={styles['strip']}>{props.strip}</div>
      <div className={folded ? `${styles['columns']} ${styles['folded']}` : styles['columns']}>
        <nav className={styles['left']} aria-label={t('meeting.agenda')}>
          {props.reading ? (
            <div className={styles['fold']}>
              <ToolButton
                label={t(folded ? 'meeting.unfoldAgenda' : 'meeting.foldAgenda')}
                icon={folded ? <PanelLeftExpand20Regular /> : <PanelLeftContract20Regular />}
                testId="fold-agenda"
                onClick={() => {
                  setAgenda(folded ? 'open' : 'folded');
                  if (folded && crowded) onPanel(null);
                }}
              />
            </div>
          ) : null}
          {folded ? null : props.left}
        </nav>
        <div className={styles['middle']}>{props.middle}</div>
        <div className={styles['right']}>
          {panel === null ? null : (
            <section
              className={panel === 'minutes' ? `${styles['panel']} ${styles['wide']}` : styles['panel']}
              aria-label={t(`meeting.panel.${panel}`)}
              data-testid={`panel-${panel}`}
              // Scrolls, so that it must be reachable by keyboard even with nothing to press inside.
              tabIndex={0}
            >
              <div className={styles['panelHead']}>
                <h2>{t(`meeting.panel.${panel}`)}</h2>
                <ToolButton
                  label={t('meeting.foldPanel')}
                  icon={<PanelRightContract20Regular />}
                  testId="fold-panel"
                  onClick={() => onPanel(null)}
                />
              </div>
              {props.panelContent}
            </section>
          )}
          <div className={styles['tabs']} role="group" aria-label={t('meeting.panels')}>
            {panels.map((name, index) => (
              <Button
                key={name}
                appearance="subtle"
                className={name === panel ? `${styles['tab']} ${styles['chosen']}` : styles['tab']}
                aria-pressed={name === panel}
                aria-keyshortcuts={`Alt+${index + 1}`}
                title={`${t(`meeting.panel.${name}`)} (Alt+${index + 1})`}
                onClick={() => onPanel(name === panel ? null : name)}
                data-testid={`show-${name}`}
              >
                {ICONS[name]}
                <span>{t(`meeting.panel.${name}`)}</span>
              </Button>
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}
