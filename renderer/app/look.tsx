import { createDOMRenderer, FluentProvider, RendererProvider, useModalAttributes } from '@fluentui/react-components';
import { useEffect, useMemo, type ReactNode } from 'react';
import type { Settings } from '../../common/contract/requests.ts';
import { themeKindOf, themeOf } from '../ui/theme.ts';
import { useMediaQuery } from '../ui/use-media-query.ts';

/** Run-time styles carry the nonce that the page came with; the content security policy lets no others in. */
export function pageNonce(): string | undefined {
  const marked = document.querySelector<HTMLElement>('meta[property="csp-nonce"], script[nonce]');
  return marked?.nonce || marked?.getAttribute('nonce') || undefined;
}

const nonce = pageNonce();
const renderer = createDOMRenderer(document, nonce === undefined ? {} : { styleElementAttributes: { nonce } });

/** Theme, text size and fonts for everything inside. */
export function Look(props: {
  readonly settings: Pick<Settings, 'theme' | 'textScale'>;
  readonly children: ReactNode;
}) {
  const dark = useMediaQuery('(prefers-color-scheme: dark)');
  const highContrast = useMediaQuery('(forced-colors: active)');
  const kind = themeKindOf(props.settings.theme, { dark, highContrast });
  const theme = useMemo(() => themeOf(kind, props.settings.textScale), [kind, props.settings.textScale]);
  useEffect(() => {
    document.documentElement.dataset['theme'] = kind;
    document.documentElement.style.colorScheme = kind === 'light' ? 'light' : 'dark';
  }, [kind]);
  return (
    <RendererProvider renderer={renderer} targetDocument={document}>
      <FluentProvider theme={theme} className="phien">
        <KeptFocusKeeper />
        {props.children}
      </FluentProvider>
    </RendererProvider>
  );
}

/**
 * Dialogs hide the rest of the page from screen readers through one shared keeper, which goes with its last user. A
 * dialog that leaves together with its screen would take it away before the page is shown again; so one user stays.
 */
function KeptFocusKeeper() {
  useModalAttributes();
  return null;
}
