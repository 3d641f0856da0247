import { Button, Spinner } from '@fluentui/react-components';
import {
  CheckmarkCircle20Filled,
  CircleHint20Regular,
  ErrorCircle20Filled,
  Warning20Filled,
} from '@fluentui/react-icons';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { EngineValue } from '../bridge/engine-value.ts';
import { Failure } from './failure.tsx';
import styles from './screen.module.css';
import { useLasting } from './time.ts';

export { styles as screenStyles };

/** A whole screen: its heading, what can be done with it, its content. */
export function Screen(props: { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // What was pressed to come here has often gone: reading and tabbing then start at the heading.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);
  return (
    <div className={styles.screen}>
      <div className={styles.head}>
        <h1 ref={heading} tabIndex={-1}>
          {props.title}
        </h1>
        {props.actions === undefined ? null : <div className={styles.actions}>{props.actions}</div>}
      </div>
      {props.children}
    </div>
  );
}

export function Section(props: { readonly title: string; readonly hint?: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.hint === undefined ? null : <p className={styles.hint}>{props.hint}</p>}
      {props.children}
    </section>
  );
}

export type Tone = 'good' | 'bad' | 'warn' | 'quiet';

const ICONS: Readonly<Record<Tone, ReactNode>> = {
  good: <CheckmarkCircle20Filled aria-hidden />,
  bad: <ErrorCircle20Filled aria-hidden />,
  warn: <Warning20Filled aria-hidden />,
  quiet: <CircleHint20Regular aria-hidden />,
};

/** A state said by sign and words together, never by colour alone. */
export function Status(props: { readonly tone: Tone; readonly children: ReactNode; readonly testid?: string }) {
  return (
    <span className={`${styles.status} ${styles[props.tone]}`} data-testid={props.testid}>
      {ICONS[props.tone]}
      <span>{props.children}</span>
    </span>
  );
}

/** Shows nothing for two seconds, then that something is being waited for. */
export function Waiting({ text }: { readonly text: string }) {
  const lasting = useLasting(true);
  return (
    <div className={styles.waiting} aria-live="polite">
      {lasting ? <Spinner label={text} /> : null}
    </div>
  );
}

/** The value once it is known; before that waiting, or why it can't be had with a way to ask again. */
export function Known<T>(props: {
  readonly value: EngineValue<T>;
  readonly children: (value: T) => ReactNode;
  readonly back?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const { value } = props;
  if (value.state === 'known') return props.children(value.value);
  if (value.state === 'loading') return <Waiting text={t('common.loading')} />;
  return (
    <div className={styles.screen}>
      <Failure failure={value.failure} />
      <div className={styles.row}>
        <Button appearance="primary" onClick={value.retry} data-testid="retry">
          {t('common.retry')}
        </Button>
        {props.back === undefined ? null : <Button onClick={props.back}>{t('common.back')}</Button>}
      </div>
    </div>
  );
}
