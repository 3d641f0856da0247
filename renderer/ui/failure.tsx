import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { RequestFailure } from '../bridge/phien.ts';

/** A sentence for an error code; the general one when the code has none of its own. */
export function useErrorText(): (code: string, params?: Readonly<Record<string, string | number>>) => string {
  const { t, i18n } = useTranslation();
  return (code, params = {}) =>
    i18n.exists(`errors.${code}`) ? t(`errors.${code}`, params) : t('errors.unknown', { code });
}

export function Failure({ failure }: { readonly failure: RequestFailure | null }) {
  const text = useErrorText();
  const place = useRef<HTMLDivElement>(null);
  const code = failure?.code;
  // Below the end of a long form nobody would see that the button did anything. After the screen has put the focus on its heading.
  useEffect(() => {
    const frame = requestAnimationFrame(() => place.current?.scrollIntoView({ block: 'nearest' }));
    return () => cancelAnimationFrame(frame);
  }, [code]);
  if (failure === null) return null;
  return (
    <div ref={place}>
      <MessageBar intent="error" layout="multiline" role="alert" data-testid="failure">
        <MessageBarBody>{text(failure.code, failure.params)}</MessageBarBody>
      </MessageBar>
    </div>
  );
}
