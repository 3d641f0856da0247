import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Spinner } from '@fluentui/react-components';
import type { OpenPaper } from './use-paper.ts';

interface Heading {
  readonly title: string;
  readonly destination: unknown;
  readonly depth: number;
}

const MAX_HEADINGS = 5000;
const MAX_DEPTH = 8;

/** The paper's own table of contents. */
export function OutlinePane(props: { readonly paper: OpenPaper; onGoTo(destination: unknown): void }): ReactNode {
  const { paper } = props;
  const { t } = useTranslation();
  const [headings, setHeadings] = useState<readonly Heading[]>();

  useEffect(() => {
    let gone = false;
    paper.document.getOutline().then(
      (outline) => {
        const found: Heading[] = [];
        collect(outline, 0, found);
        if (!gone) setHeadings(found);
      },
      () => {
        if (!gone) setHeadings([]);
      },
    );
    return () => {
      gone = true;
    };
  }, [paper]);

  if (headings === undefined) return <Spinner className="paper-pane-empty" />;
  if (headings.length === 0) return <p className="paper-pane-empty">{t('papers.noOutline')}</p>;
  return (
    <ul className="paper-outline" data-testid="outline" aria-label={t('papers.outline')}>
      {headings.map(({ title, destination, depth }, index) => (
        // Headings never change places: the paper is immutable.
        <li key={index} style={{ paddingInlineStart: depth * 14 }}>
          <button type="button" onClick={() => props.onGoTo(destination)}>
            {title}
          </button>
        </li>
      ))}
    </ul>
  );
}

function collect(nodes: unknown, depth: number, found: Heading[]): void {
  if (!Array.isArray(nodes) || depth > MAX_DEPTH) return;
  for (const node of nodes as { title?: unknown; dest?: unknown; items?: unknown }[]) {
    if (found.length >= MAX_HEADINGS) return;
    if (typeof node.title === 'string' && node.title.trim() !== '') {
      found.push({ title: node.title.slice(0, 300), destination: node.dest, depth });
    }
    collect(node.items, depth + 1, found);
  }
}
