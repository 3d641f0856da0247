import { Button, Field, Input } from '@fluentui/react-components';
import {
  ArrowDown20Regular,
  ArrowUp20Regular,
  Delete20Regular,
  ReOrderDotsVertical20Regular,
} from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type * as Y from 'yjs';
import {
  changeAgendaItem,
  MAX_LINE,
  removeAgendaItem,
  type AgendaItem,
  type PaperRecord,
} from '../../../common/collab/plan.ts';
import type { PaperStatus } from '../../../common/contract/requests.ts';
import type { MeetingId, Sha256 } from '../../../common/domain/ids.ts';
import { CommittedInput } from '../../ui/committed-input.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import styles from './agenda.module.css';
import { ItemMotions } from './item-motions.tsx';
import { ItemPapers } from './item-papers.tsx';

export function AgendaItemCard(props: {
  readonly meeting: MeetingId;
  readonly doc: Y.Doc;
  readonly item: AgendaItem;
  readonly index: number;
  readonly last: boolean;
  readonly records: ReadonlyMap<Sha256, PaperRecord>;
  readonly papers: readonly PaperStatus[];
  readonly onMove: (index: number) => void;
  readonly onDragStart: () => void;
  readonly onDragEnd: () => void;
}) {
  const { t } = useTranslation();
  const { doc, item, index } = props;
  const [removing, setRemoving] = useState(false);
  const name = item.title.trim() === '' ? t('agenda.itemNumber', { ordinal: index + 1 }) : item.title;
  const change = (part: Partial<Omit<AgendaItem, 'id'>>): void => changeAgendaItem(doc, item.id, part);

  function remove(): void {
    setRemoving(false);
    removeAgendaItem(doc, item.id);
  }

  return (
    <section className={styles['item']} aria-label={name} data-testid={`item-${index + 1}`}>
      <div className={styles['head']}>
        <span
          className={styles['handle']}
          draggable
          aria-hidden
          title={t('agenda.drag')}
          onDragStart={(event) => {
            event.dataTransfer.setData('text/plain', item.id);
            event.dataTransfer.effectAllowed = 'move';
            props.onDragStart();
          }}
          onDragEnd={props.onDragEnd}
        >
          <ReOrderDotsVertical20Regular />
        </span>
        <span className={styles['ordinal']} aria-hidden>
          {index + 1}
        </span>
        <Field label={t('agenda.itemTitle')} required className={styles['grow']}>
          <CommittedInput
            value={item.title}
            maxLength={MAX_LINE}
            onCommit={(title) => change({ title })}
            data-testid={`item-title-${index + 1}`}
          />
        </Field>
        <Button
          appearance="subtle"
          icon={<ArrowUp20Regular />}
          disabled={index === 0}
          aria-label={t('agenda.moveUp', { name })}
          onClick={() => props.onMove(index - 1)}
          data-testid={`item-up-${index + 1}`}
        />
        <Button
          appearance="subtle"
          icon={<ArrowDown20Regular />}
          disabled={props.last}
          aria-label={t('agenda.moveDown', { name })}
          onClick={() => props.onMove(index + 1)}
          data-testid={`item-down-${index + 1}`}
        />
        <Button
          appearance="subtle"
          icon={<Delete20Regular />}
          aria-label={t('agenda.remove', { name })}
          onClick={() => (item.papers.length > 0 || item.motions.length > 0 ? setRemoving(true) : remove())}
        />
      </div>
      <div className={styles['fields']}>
        <Field label={t('agenda.presenter')}>
          <CommittedInput
            value={item.presenter}
            maxLength={MAX_LINE}
            onCommit={(presenter) => change({ presenter })}
            data-testid={`item-presenter-${index + 1}`}
          />
        </Field>
        <Field label={t('agenda.minutes')}>
          <Input
            type="number"
            min={0}
            max={600}
            value={item.minutes === 0 ? '' : String(item.minutes)}
            onChange={(_, { value }) => change({ minutes: Math.min(600, Math.max(0, Math.round(Number(value) || 0))) })}
          />
        </Field>
      </div>
      <ItemPapers
        meeting={props.meeting}
        doc={doc}
        item={item}
        ordinal={index + 1}
        records={props.records}
        papers={props.papers}
      />
      <ItemMotions item={item} ordinal={index + 1} onChange={(motions) => change({ motions })} />
      <Confirm
        open={removing}
        title={t('agenda.removeTitle', { name })}
        action={t('agenda.removeAction')}
        testid="confirm-remove-item"
        onConfirm={remove}
        onCancel={() => setRemoving(false)}
      >
        {t('agenda.removeText')}
      </Confirm>
    </section>
  );
}
