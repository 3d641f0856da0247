import { MessageBar, MessageBarBody } from '@fluentui/react-components';
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
  if (failure === null) return null;
  return (
    <MessageBar intent="error" layout="multiline" role="alert" data-testid="failure">
      <MessageBarBody>{text(failure.code, failure.params)}</MessageBarBody>
    </MessageBar>
  );
}
