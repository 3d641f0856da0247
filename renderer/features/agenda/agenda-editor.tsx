import { Button } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { moveAgendaItem, putAgendaItem } from '../../../common/collab/plan.ts';
import { asAgendaItemId, type AgendaItemId, type MeetingId } from '../../../common/domain/ids.ts';
import { usePaperStatus } from '../../bridge/engine-values.ts';
import { usePlan } from '../../collab/plan.ts';
import { screenStyles, Section } from '../../ui/screen.tsx';
import { AgendaItemCard } from './agenda-item-card.tsx';
import styles from './agenda.module.css';

const newId = (): AgendaItemId => asAgendaItemId(crypto.randomUUID().replaceAll('-', '').slice(0, 20));

/** The items of a meeting being prepared: order by dragging, by buttons or by Alt and the arrow keys. */
export function AgendaEditor({ meeting }: { readonly meeting: MeetingId }) {
  const { t } = useTranslation();
  const { document, plan } = usePlan(meeting);
  const papers = usePaperStatus(meeting);
  const [dragged, setDragged] = useState<AgendaItemId | null>(null);
  const [target, setTarget] = useState<number | null>(null);
  const [said, setSaid] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const focusItem = useRef<AgendaItemId | null>(null);

  // An item that was moved or added by keyboard keeps the focus where it went.
  useEffect(() => {
    const id = focusItem.current;
    if (id === null) return;
    focusItem.current = null;
    list.current?.querySelector<HTMLElement>(`[data-item="${id}"] input`)?.focus();
  }, [plan.agenda]);

  if (document === null) return null;
  const { doc } = document;

  function add(): void {
    const id = newId();
    focusItem.current = id;
    const order = (plan.agenda.at(-1)?.order ?? 0) + 1;
    putAgendaItem(doc, { id, title: '', presenter: '', minutes: 0, order, papers: [], motions: [] });
  }

  function move(id: AgendaItemId, index: number, keepFocus: boolean): void {
    if (index < 0 || index >= plan.agenda.length) return;
    if (keepFocus) focusItem.current = id;
    moveAgendaItem(doc, id, index);
    setSaid(t('agenda.movedTo', { ordinal: index + 1 }));
  }

  function drop(): void {
    const from = plan.agenda.findIndex((item) => item.id === dragged);
    if (dragged !== null && target !== null && from >= 0) move(dragged, target > from ? target - 1 : target, false);
    setDragged(null);
    setTarget(null);
  }

  return (
    <Section title={t('agenda.title')} hint={t('agenda.hint')}>
      <ol className={screenStyles['list']} ref={list}>
        {plan.agenda.map((item, index) => (
          <li
            key={item.id}
            data-item={item.id}
            className={styles['slot']}
            data-before={target === index ? 'yes' : undefined}
            data-after={target === plan.agenda.length && index === plan.agenda.length - 1 ? 'yes' : undefined}
            onDragOver={(event) => {
              if (dragged === null) return;
              event.preventDefault();
              const box = event.currentTarget.getBoundingClientRect();
              setTarget(event.clientY < box.top + box.height / 2 ? index : index + 1);
            }}
            onDrop={(event) => {
              if (dragged === null) return;
              event.preventDefault();
              drop();
            }}
            onKeyDown={(event) => {
              if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
              event.preventDefault();
              move(item.id, event.key === 'ArrowUp' ? index - 1 : index + 1, true);
            }}
          >
            <AgendaItemCard
              meeting={meeting}
              doc={doc}
              item={item}
              index={index}
              last={index === plan.agenda.length - 1}
              records={plan.papers}
              papers={papers.state === 'known' ? papers.value : []}
              onMove={(to) => move(item.id, to, false)}
              onDragStart={() => setDragged(item.id)}
              onDragEnd={() => {
                setDragged(null);
                setTarget(null);
              }}
            />
          </li>
        ))}
      </ol>
      <span className="visually-hidden" aria-live="polite">
        {said}
      </span>
      <div>
        <Button icon={<Add20Regular />} onClick={add} data-testid="add-item">
          {t('agenda.addItem')}
        </Button>
      </div>
    </Section>
  );
}
