import { Button } from '@fluentui/react-components';
import { ArrowUp20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type * as Y from 'yjs';
import { setSuccessors } from '../../../common/collab/plan.ts';
import type { MemberId } from '../../../common/domain/ids.ts';
import { successionOrder } from '../../../common/domain/succession-order.ts';
import type { Plan } from '../../collab/plan.ts';
import { Section } from '../../ui/screen.tsx';
import styles from './prepare.module.css';

/** Whose laptop goes on when the one that carries the meeting fails. */
export function PlanSuccessors({ doc, plan }: { readonly doc: Y.Doc; readonly plan: Plan }) {
  const { t } = useTranslation();
  const order = successionOrder({ convener: undefined, roster: plan.people }, plan.successors);
  const nameOf = (member: MemberId): string => plan.people.find((entry) => entry.member === member)?.name ?? '';

  function moveUp(place: number): void {
    const moved = order[place];
    const before = order[place - 1];
    if (moved === undefined || before === undefined) return;
    setSuccessors(doc, order.toSpliced(place - 1, 2, moved, before));
  }

  if (order.length < 2) return null;
  return (
    <Section title={t('meeting.successors')} hint={t('meeting.successorsHint')}>
      <ol className={styles['successors']}>
        {order.map((member, place) => (
          <li key={member} data-testid="successor">
            <span className={styles['grow']}>{`${place + 1}. ${nameOf(member)}`}</span>
            <Button
              appearance="subtle"
              icon={<ArrowUp20Regular />}
              disabled={place === 0}
              aria-label={t('meeting.successorUp', { name: nameOf(member) })}
              onClick={() => moveUp(place)}
              data-testid={`successor-up-${place}`}
            />
          </li>
        ))}
      </ol>
      {plan.successors.length === 0 ? null : (
        <div>
          <Button appearance="subtle" onClick={() => setSuccessors(doc, [])} data-testid="successors-default">
            {t('meeting.successorsDefault')}
          </Button>
        </div>
      )}
    </Section>
  );
}
