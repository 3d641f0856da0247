import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PageGeometry } from '../../ui/page-overlay.ts';
import type { PDFPageProxy } from './pdfjs.ts';

interface PageLink {
  readonly id: string;
  readonly rect: readonly [number, number, number, number];
  readonly destination: unknown;
}

/** Links inside the paper (a table of contents). Links that lead out of it are not followed: windows reach no network. */
export function PageLinks(props: {
  readonly proxy: PDFPageProxy;
  readonly transform: PageGeometry['transform'];
  onGoTo(destination: unknown): void;
}): ReactNode {
  const { t } = useTranslation();
  const [links, setLinks] = useState<readonly PageLink[]>([]);

  useEffect(() => {
    let gone = false;
    props.proxy.getAnnotations().then(
      (annotations) => {
        if (!gone) setLinks(annotations.flatMap(toLink).slice(0, 500));
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [props.proxy]);

  return links.map(({ id, rect, destination }) => {
    const [a, b, c, d, e, f] = props.transform;
    const [x1, y1, x2, y2] = rect;
    const xs = [a * x1 + c * y1 + e, a * x2 + c * y2 + e];
    const ys = [b * x1 + d * y1 + f, b * x2 + d * y2 + f];
    const left = Math.min(...xs);
    const top = Math.min(...ys);
    return (
      <button
        key={id}
        type="button"
        className="paper-link"
        aria-label={t('papers.followLink')}
        style={{ left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top }}
        onClick={() => props.onGoTo(destination)}
      />
    );
  });
}

function toLink(annotation: unknown): PageLink[] {
  if (typeof annotation !== 'object' || annotation === null) return [];
  const { subtype, dest, rect, id } = annotation as Record<string, unknown>;
  if (subtype !== 'Link' || dest === null || dest === undefined || typeof id !== 'string') return [];
  if (!Array.isArray(rect) || rect.length !== 4 || !rect.every((number) => Number.isFinite(number))) return [];
  return [{ id, rect: rect as unknown as PageLink['rect'], destination: dest }];
}
