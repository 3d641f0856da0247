import { Field, Input } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type * as Y from 'yjs';
import { MAX_LINE, setPlanMeta } from '../../../common/collab/plan.ts';
import type { Plan } from '../../collab/plan.ts';
import { CommittedInput } from '../../ui/committed-input.tsx';
import { Section } from '../../ui/screen.tsx';
import { fromInputParts, inputParts } from '../../ui/time.ts';
import styles from './prepare.module.css';

/** Title, kind, time and place, written into the plan as they are typed. */
export function PlanDetails({ doc, plan }: { readonly doc: Y.Doc; readonly plan: Plan }) {
  const { t } = useTranslation();
  const { meta } = plan;
  if (meta === undefined) return null;
  return (
    <Section title={t('meeting.details')}>
      <div className={styles['details']}>
        <Field label={t('meeting.title')} required className={styles['wide']}>
          <CommittedInput
            value={meta.title}
            maxLength={MAX_LINE}
            onCommit={(title) => setPlanMeta(doc, { title })}
            data-testid="meeting-title"
          />
        </Field>
        <Field label={t('meeting.kind')}>
          <CommittedInput
            value={meta.kind}
            maxLength={MAX_LINE}
            onCommit={(kind) => setPlanMeta(doc, { kind })}
            data-testid="meeting-kind"
          />
        </Field>
        <Field label={t('meeting.place')}>
          <CommittedInput
            value={meta.place}
            maxLength={MAX_LINE}
            onCommit={(place) => setPlanMeta(doc, { place })}
            data-testid="meeting-place"
          />
        </Field>
        <StartFields start={meta.start} onChange={(start) => setPlanMeta(doc, { start })} />
      </div>
    </Section>
  );
}

function StartFields({ start, onChange }: { readonly start: string; readonly onChange: (start: string) => void }) {
  const { t } = useTranslation();
  const [parts, setParts] = useState(() => inputParts(start));
  useEffect(() => setParts(inputParts(start)), [start]);
  function change(next: { readonly date: string; readonly time: string }): void {
    setParts(next);
    const value = fromInputParts(next.date, next.time);
    if (value !== undefined && value !== start) onChange(value);
  }
  return (
    <>
      <Field label={t('meeting.date')} required>
        <Input
          type="date"
          value={parts.date}
          onChange={(_, { value }) => change({ ...parts, date: value })}
          data-testid="meeting-date"
        />
      </Field>
      <Field label={t('meeting.time')} required>
        <Input
          type="time"
          value={parts.time}
          onChange={(_, { value }) => change({ ...parts, time: value })}
          data-testid="meeting-time"
        />
      </Field>
    </>
  );
}
