import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Input } from '@fluentui/react-components';
import { ChevronDown20Regular, ChevronUp20Regular, Dismiss20Regular, Search20Regular } from '@fluentui/react-icons';
import { ToolButton } from '../../ui/tool-button.tsx';
import { MAX_MATCHES } from './paper-text.ts';
import type { FindState } from './use-find.ts';

export function FindBar(props: {
  readonly find: FindState;
  readonly pages: number;
  /** Changes when Ctrl+F is pressed again. */
  readonly opened: number;
  onClose(): void;
}): ReactNode {
  const { find, pages, opened, onClose } = props;
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), [opened]);

  return (
    <div className="paper-find" role="search">
      <Input
        input={{ ref: input }}
        type="text"
        data-testid="find-input"
        contentBefore={<Search20Regular />}
        placeholder={t('papers.findHint')}
        aria-label={t('papers.find')}
        value={find.query}
        onChange={(_, data) => find.setQuery(data.value.slice(0, 200))}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) find.step(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') onClose();
        }}
      />
      <span className="paper-find-count" role="status" data-testid="find-count">
        {countText()}
      </span>
      <ToolButton
        label={t('papers.previousMatch')}
        icon={<ChevronUp20Regular />}
        testId="find-previous"
        disabled={find.matches.length === 0}
        onClick={() => find.step(-1)}
      />
      <ToolButton
        label={t('papers.nextMatch')}
        icon={<ChevronDown20Regular />}
        testId="find-next"
        disabled={find.matches.length === 0}
        onClick={() => find.step(1)}
      />
      <ToolButton label={t('papers.closeFind')} icon={<Dismiss20Regular />} testId="find-close" onClick={onClose} />
    </div>
  );

  function countText(): string {
    if (find.noText) return t('papers.noText');
    if (find.query.trim() === '') return '';
    const reading = find.read < pages;
    if (find.matches.length === 0) {
      return reading ? t('papers.findReading', { read: find.read, pages }) : t('papers.findNothing');
    }
    const count = find.matches.length >= MAX_MATCHES || reading ? `${find.matches.length}+` : `${find.matches.length}`;
    return t('papers.findCount', { active: find.active + 1, count });
  }
}
