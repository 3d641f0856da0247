import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingId } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { request, RequestFailure } from '../../bridge/phien.ts';
import { useDocument, useYjs } from '../../collab/open-document.ts';
import { Failure } from '../../ui/failure.tsx';
import { Waiting } from '../../ui/screen.tsx';
import styles from './minutes.module.css';

/** Milliseconds of rest after typing before the form is made anew. */
const REST = 800;

let changes = 0;
const countChange = (): number => (changes += 1);

/**
 * The minutes in their printed form. A frame without scripts; `nonce` lets its one style sheet pass the policy that the
 * frame inherits from this page.
 */
export function MinutesPreview(props: {
  readonly meeting: MeetingId;
  readonly state: MeetingState;
  readonly nonce: string | undefined;
}) {
  const { t } = useTranslation();
  const { meeting, state, nonce } = props;
  const document = useDocument(`${meeting}/minutes`);
  const version = useYjs(document?.doc ?? null, countChange, 0);
  const [html, setHtml] = useState<string | null>(null);
  const [failure, setFailure] = useState<RequestFailure | null>(null);

  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      request('minutes.preview', { meeting }).then(
        (preview) => {
          if (!current) return;
          setHtml(preview.html);
          setFailure(null);
        },
        (error: unknown) =>
          current && setFailure(error instanceof RequestFailure ? error : new RequestFailure('internal')),
      );
    }, REST);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [meeting, version, state]);

  if (failure !== null) return <Failure failure={failure} />;
  if (html === null) return <Waiting text={t('minutes.makingPreview')} />;
  return <Sheet title={t('minutes.preview')} html={withNonce(html, nonce)} />;
}

const withNonce = (html: string, nonce: string | undefined): string =>
  nonce === undefined ? html : html.replaceAll('<style>', `<style nonce="${nonce}">`);

/** CSS pixels of an A4 sheet (210 mm) with the margin that the preview draws around it. */
const SHEET_WIDTH = 840;

/** The document as wide as there is room for, never larger than in print. */
function Sheet({ title, html }: { readonly title: string; readonly html: string }) {
  const room = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: SHEET_WIDTH, height: 600 });
  useEffect(() => {
    const element = room.current;
    if (element === null) return;
    const measure = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    measure.observe(element);
    return () => measure.disconnect();
  }, []);
  const scale = Math.min(1, size.width / SHEET_WIDTH);
  return (
    <div ref={room} className={styles['room']}>
      <iframe
        className={styles['preview']}
        title={title}
        sandbox="allow-same-origin"
        srcDoc={html}
        style={{ width: size.width / scale, height: size.height / scale, transform: `scale(${scale})` }}
        data-testid="minutes-preview"
      />
    </div>
  );
}
