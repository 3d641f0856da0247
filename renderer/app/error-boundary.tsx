import { Button } from '@fluentui/react-components';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Screen } from '../ui/screen.tsx';

interface Props {
  readonly children: ReactNode;
  /** A change of it tries again: another screen is not broken because this one was. */
  readonly place: string;
  readonly onHome: () => void;
}

/** A defect in one screen must not leave an empty window: says so in plain words and offers ways on. */
export class ErrorBoundary extends Component<Props, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override componentDidUpdate(before: Props): void {
    if (before.place !== this.props.place && this.state.broken) this.setState({ broken: false });
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <Broken
        onRetry={() => this.setState({ broken: false })}
        onHome={() => {
          this.setState({ broken: false });
          this.props.onHome();
        }}
      />
    );
  }
}

function Broken(props: { readonly onRetry: () => void; readonly onHome: () => void }) {
  const { t } = useTranslation();
  return (
    <Screen title={t('app.brokenTitle')}>
      <p>{t('app.brokenText')}</p>
      <div>
        <Button appearance="primary" onClick={props.onRetry}>
          {t('common.retry')}
        </Button>{' '}
        <Button onClick={props.onHome}>{t('app.home')}</Button>
      </div>
    </Screen>
  );
}
