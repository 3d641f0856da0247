import { Button } from '@fluentui/react-components';
import { Dismiss16Regular, SlideText20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { Sha256 } from '../../common/domain/ids.ts';
import styles from './meeting-screen.module.css';

export interface TabItem {
  readonly id: Sha256 | 'preview';
  readonly title: string;
  readonly shown: boolean;
}

const broughtIntoSight = (tab: HTMLElement | null): void =>
  tab?.scrollIntoView({ inline: 'nearest', block: 'nearest' });

/** The open papers, one in front, which can be closed: with several open, the room beside is for their titles. */
export function PaperTabs(props: {
  readonly tabs: readonly TabItem[];
  readonly active: TabItem['id'] | null;
  readonly onChoose: (id: TabItem['id']) => void;
  readonly onClose: (id: TabItem['id']) => void;
}) {
  const { t } = useTranslation();
  return (
    <div className={styles['tabs']} role="group" aria-label={t('meeting.openPapers')}>
      {props.tabs.map((tab) => (
        <span
          key={tab.id}
          ref={tab.id === props.active ? broughtIntoSight : undefined}
          className={tab.id === props.active ? `${styles['tab']} ${styles['front']}` : styles['tab']}
        >
          <Button
            appearance="transparent"
            className={styles['tabButton']}
            aria-pressed={tab.id === props.active}
            title={tab.title}
            onClick={() => props.onChoose(tab.id)}
            data-testid={`tab-${tab.id}`}
          >
            {tab.shown ? <SlideText20Regular aria-label={t('meeting.beingShown')} /> : null}
            <span className={styles['tabTitle']}>{tab.title}</span>
          </Button>
          {tab.id === props.active ? (
            <Button
              appearance="transparent"
              icon={<Dismiss16Regular />}
              aria-label={t('meeting.closeTab', { name: tab.title })}
              onClick={() => props.onClose(tab.id)}
              data-testid="close-tab"
            />
          ) : null}
        </span>
      ))}
    </div>
  );
}
