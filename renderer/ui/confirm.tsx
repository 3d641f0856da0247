import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Spinner,
} from '@fluentui/react-components';
import { memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ReturnFocus } from './return-focus.tsx';
import { useLasting } from './time.ts';

interface ConfirmProps {
  readonly open: boolean;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action: string;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly testid: string;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before something that can't be taken back, or collects a little more for it. */
export function Confirm(props: ConfirmProps) {
  return (
    <Dialog open={props.open} onOpenChange={(_, data) => (data.open ? undefined : props.onCancel())}>
      <DialogSurface aria-describedby={undefined}>
        <ReturnFocus />
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (props.open && !props.disabled && !props.busy) props.onConfirm();
          }}
        >
          <Asked {...props} />
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/** Stays as it was last while the dialog fades out: by then whoever asks has emptied its fields. */
const Asked = memo(
  function Asked(props: ConfirmProps) {
    const { t } = useTranslation();
    const takesTime = useLasting(props.busy === true);
    return (
      <DialogBody>
        <DialogTitle>{props.title}</DialogTitle>
        <DialogContent>{props.children}</DialogContent>
        <DialogActions>
          <Button
            type="submit"
            appearance="primary"
            disabled={props.disabled === true}
            // Keeps the focus: without it Escape would no longer reach the dialog.
            disabledFocusable={props.busy === true}
            {...(takesTime ? { icon: <Spinner size="tiny" /> } : {})}
            data-testid={props.testid}
          >
            {props.action}
          </Button>
          <Button onClick={props.onCancel}>{t('common.cancel')}</Button>
        </DialogActions>
      </DialogBody>
    );
  },
  (_, next) => !next.open,
);
