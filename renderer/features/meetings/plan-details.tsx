import { Field, Input, type InputProps } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type * as Y from 'yjs';
import { MAX_LINE, setPlanMeta } from '../../../common/collab/plan.ts';
import type { Plan } from '../../collab/plan.ts';
import { CommittedInput } from '../../ui/committed-input.tsx';
import { Section } from '../../ui/screen.tsx';
import { inputParts, type InputParts } from '../../ui/time.ts';
import styles from './prepare.module.css';
import { startTyped } from './type-start.ts';

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
  const shown = inputParts(start);
  function write(typed: Partial<InputParts>, stillTyping: boolean): void {
    const value = startTyped(start, typed, stillTyping);
    if (value !== undefined) onChange(value);
  }
  return (
    <>
      <Field label={t('meeting.date')} required>
        <HeldInput
          type="date"
          max="9999-12-31"
          value={shown.date}
          onType={(date, stillTyping) => write({ date }, stillTyping)}
          data-testid="meeting-date"
        />
      </Field>
      <Field label={t('meeting.time')} required>
        <HeldInput
          type="time"
          value={shown.time}
          onType={(time, stillTyping) => write({ time }, stillTyping)}
          data-testid="meeting-time"
        />
      </Field>
    </>
  );
}

/** While the cursor is in it, it shows what was typed: set anew in between, its parts would begin again. */
function HeldInput(
  props: Pick<InputProps, 'type' | 'max'> & {
    readonly value: string;
    readonly onType: (value: string, stillTyping: boolean) => void;
    readonly 'data-testid': string;
  },
) {
  const { value, onType, ...rest } = props;
  const [held, setHeld] = useState<{ readonly value: string; readonly typed: boolean } | null>(null);
  return (
    <Input
      {...rest}
      value={held?.value ?? value}
      onFocus={() => setHeld({ value, typed: false })}
      onChange={(_, data) => {
        setHeld({ value: data.value, typed: true });
        onType(data.value, true);
      }}
      onBlur={() => {
        if (held?.typed) onType(held.value, false);
        setHeld(null);
      }}
    />
  );
}
