import { Button, MessageBar, MessageBarBody, type MessageBarProps } from '@fluentui/react-components';
import { Dismiss20Regular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { screenStyles } from './screen.tsx';

/** A message that stays until it is closed. */
export function Dismissible(props: {
  readonly intent: NonNullable<MessageBarProps['intent']>;
  readonly onClose: () => void;
  readonly className?: string | undefined;
  readonly testid: string;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <MessageBar
      intent={props.intent}
      layout="multiline"
      role={props.intent === 'error' ? 'alert' : undefined}
      className={props.className}
      data-testid={props.testid}
    >
      <MessageBarBody className={screenStyles['message']}>
        <span>{props.children}</span>
        <Button
          appearance="transparent"
          aria-label={t('common.close')}
          icon={<Dismiss20Regular />}
          onClick={props.onClose}
        />
      </MessageBarBody>
    </MessageBar>
  );
}
