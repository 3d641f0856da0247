import { Button } from '@fluentui/react-components';
import { Delete20Regular, Vote20Regular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_ITEM_MOTIONS, MAX_MOTION_TEXT, type AgendaItem } from '../../../common/collab/plan.ts';
import { CommittedTextarea } from '../../ui/committed-input.tsx';
import styles from './agenda.module.css';
import { followTexts } from './follow-texts.ts';

/** Motions prepared with an item; the chair opens them as votes when it is their time. */
export function ItemMotions(props: {
  readonly item: AgendaItem;
  readonly ordinal: number;
  readonly onChange: (motions: readonly string[]) => void;
}) {
  const { t } = useTranslation();
  const { item, onChange } = props;
  const [known, setKnown] = useState(() => followTexts(item.motions));
  const keyed = followTexts(item.motions, known);
  if (keyed !== known) setKnown(keyed);
  return (
    <div className={styles['motions']}>
      {item.motions.map((text, index) => (
        <div key={keyed.keys[index]} className={styles['motion']}>
          <Vote20Regular aria-hidden />
          <CommittedTextarea
            rows={2}
            aria-label={t('agenda.motionText', { number: index + 1 })}
            placeholder={t('agenda.motionPlaceholder')}
            value={text}
            maxLength={MAX_MOTION_TEXT}
            onCommit={(next) => onChange(item.motions.map((old, at) => (at === index ? next : old)))}
            data-testid={`motion-text-${props.ordinal}-${index + 1}`}
          />
          <Button
            appearance="subtle"
            icon={<Delete20Regular />}
            aria-label={t('agenda.removeMotion', { number: index + 1 })}
            onClick={() => onChange(item.motions.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button
          icon={<Vote20Regular />}
          appearance="subtle"
          disabled={item.motions.length >= MAX_ITEM_MOTIONS}
          onClick={() => onChange([...item.motions, ''])}
          data-testid={`add-motion-${props.ordinal}`}
        >
          {t('agenda.addMotion')}
        </Button>
      </div>
    </div>
  );
}
