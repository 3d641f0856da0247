import type { ReactElement, ReactNode } from 'react';
import { Button, Tooltip } from '@fluentui/react-components';
import './tool-button.css';

/** A button that shows only a picture and is named for the mouse and for screen readers alike. */
export function ToolButton(props: {
  readonly label: string;
  readonly icon: ReactElement;
  readonly testId: string;
  readonly disabled?: boolean;
  /** For buttons that stay pressed. */
  readonly pressed?: boolean;
  onClick(): void;
}): ReactNode {
  const { label, icon, testId, disabled = false, pressed, onClick } = props;
  return (
    <Tooltip content={label} relationship="label">
      <Button
        className="tool-button"
        appearance="subtle"
        icon={icon}
        data-testid={testId}
        disabled={disabled}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        onClick={onClick}
      />
    </Tooltip>
  );
}

/** A tool that is a button where there is room, else a line in a menu. */
export interface SpareToolButton {
  /** Also its test id. */
  readonly id: string;
  readonly label: string;
  readonly icon: ReactElement;
  /** Absent for what is done at once and does not stay. */
  readonly pressed?: boolean;
  onClick(): void;
}
