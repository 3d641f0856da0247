import { useEffect, useState } from 'react';
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
  return (
    <iframe
      className={styles['preview']}
      title={t('minutes.preview')}
      sandbox="allow-same-origin"
      srcDoc={nonce === undefined ? html : html.replaceAll('<style>', `<style nonce="${nonce}">`)}
      data-testid="minutes-preview"
    />
  );
}
