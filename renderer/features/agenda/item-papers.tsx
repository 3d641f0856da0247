import { Button } from '@fluentui/react-components';
import {
  Checkmark20Regular,
  Delete20Regular,
  DocumentAdd20Regular,
  DocumentPdf20Regular,
  Rename20Regular,
} from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type * as Y from 'yjs';
import {
  MAX_ITEM_PAPERS,
  MAX_PAPER_TITLE,
  putPaper,
  type AgendaItem,
  type PaperRecord,
} from '../../../common/collab/plan.ts';
import type { AddedPaper, PaperStatus } from '../../../common/contract/requests.ts';
import type { MeetingId, Sha256 } from '../../../common/domain/ids.ts';
import { useSettings } from '../../bridge/engine-values.ts';
import { askDesktop, request } from '../../bridge/phien.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { CommittedInput } from '../../ui/committed-input.tsx';
import { Dismissible } from '../../ui/dismissible.tsx';
import { Failure } from '../../ui/failure.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { notifyFailure } from '../../ui/notify.ts';
import { sizeText } from '../../ui/size.ts';
import { ToolButton } from '../../ui/tool-button.tsx';
import styles from './agenda.module.css';

/** The papers of an item: dropped or chosen; what is refused is named with its reason. */
export function ItemPapers(props: {
  readonly meeting: MeetingId;
  readonly doc: Y.Doc;
  readonly item: AgendaItem;
  readonly ordinal: number;
  readonly records: ReadonlyMap<Sha256, PaperRecord>;
  readonly papers: readonly PaperStatus[];
}) {
  const { t, i18n } = useTranslation();
  const { meeting, item, ordinal } = props;
  const add = useRequest('papers.add');
  const settings = useSettings();
  const [refused, setRefused] = useState<readonly AddedPaper[]>([]);
  const [renaming, setRenaming] = useState<Sha256 | null>(null);
  const limit = settings.state === 'known' ? settings.value.paperLimitMegabytes : 500;

  async function addPaths(paths: string[]): Promise<void> {
    setRefused([]);
    // A request takes at most 50; the rest follow in their order.
    for (let at = 0; at < paths.length; at += 50) {
      const results = await add.run({ meeting, item: item.id, paths: paths.slice(at, at + 50) });
      if (results === undefined) return;
      setRefused((known) => [...known, ...results.filter(({ result }) => result === 'refused')]);
    }
  }

  /** A paper without a name could not be told from others: clearing it changes nothing. */
  function rename(record: PaperRecord, typed: string): void {
    const title = typed.normalize('NFC').trim();
    if (title !== '') putPaper(props.doc, { ...record, title });
  }

  async function choose(): Promise<void> {
    try {
      const paths = await askDesktop('desktop.chooseFiles', {
        title: t('agenda.choosePapers'),
        filterName: 'PDF',
        extensions: ['pdf'],
        several: true,
      });
      if (paths.length > 0) await addPaths([...paths]);
    } catch (error) {
      notifyFailure(error);
    }
  }

  return (
    <FileDrop
      label={t('agenda.papersOf', { ordinal })}
      testid={`drop-papers-${ordinal}`}
      className={styles['papers']}
      onPaths={(paths) => void addPaths(paths)}
    >
      {item.papers.map((sha256) => {
        const record = props.records.get(sha256);
        const status = props.papers.find(({ paper }) => paper === sha256);
        const title = record?.title ?? status?.title ?? t('agenda.paperUnknown');
        return (
          <div key={sha256} className={styles['paper']} data-testid={`paper-${sha256}`}>
            <DocumentPdf20Regular aria-hidden />
            {record !== undefined && renaming === sha256 ? (
              <CommittedInput
                autoFocus
                className={styles['grow'] ?? ''}
                value={title}
                maxLength={MAX_PAPER_TITLE}
                aria-label={t('agenda.paperTitle', { name: title })}
                onCommit={(typed) => rename(record, typed)}
                onKeyUp={(event) => {
                  if (event.key === 'Enter' || event.key === 'Escape') setRenaming(null);
                }}
                data-testid={`paper-title-${sha256}`}
              />
            ) : (
              <span className={styles['grow']}>{title}</span>
            )}
            {record === undefined ? null : (
              <ToolButton
                label={t(renaming === sha256 ? 'agenda.paperRenamed' : 'agenda.renamePaper', { name: title })}
                icon={renaming === sha256 ? <Checkmark20Regular /> : <Rename20Regular />}
                testId={`rename-${sha256}`}
                onClick={() => setRenaming(renaming === sha256 ? null : sha256)}
              />
            )}
            <span className={styles['quiet']}>
              {record === undefined
                ? ''
                : `${t('agenda.pages', { count: record.pages })} · ${sizeText(record.size, i18n.language)}`}
            </span>
            <Button
              appearance="subtle"
              icon={<Delete20Regular />}
              aria-label={t('agenda.removePaper', { name: title })}
              onClick={() => request('papers.remove', { meeting, item: item.id, paper: sha256 }).catch(notifyFailure)}
            />
          </div>
        );
      })}
      {refused.map((paper) => (
        <Dismissible
          key={`${paper.path} ${paper.reason}`}
          intent="error"
          testid="refused-paper"
          onClose={() => setRefused((known) => known.filter((other) => other !== paper))}
        >
          {t(`agenda.refused.${paper.reason ?? 'unreadable'}`, { name: paper.name, limit, most: MAX_ITEM_PAPERS })}
        </Dismissible>
      ))}
      <Failure failure={add.failure} />
      <div className={styles['addRow']}>
        <Button
          icon={<DocumentAdd20Regular />}
          onClick={() => void choose()}
          disabledFocusable={add.busy}
          data-testid={`add-papers-${ordinal}`}
        >
          {add.busy ? t('agenda.addingPapers') : t('agenda.addPapers')}
        </Button>
        <span className={styles['quiet']}>{t('agenda.dropHint')}</span>
      </div>
    </FileDrop>
  );
}
