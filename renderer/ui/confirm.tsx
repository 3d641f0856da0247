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
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLasting } from './time.ts';

/** Asks before something that can't be taken back, or collects a little more for it. */
export function Confirm(props: {
  readonly open: boolean;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action: string;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly testid: string;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const takesTime = useLasting(props.busy === true);
  return (
    <Dialog open={props.open} onOpenChange={(_, data) => (data.open ? undefined : props.onCancel())}>
      <DialogSurface aria-describedby={undefined}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!props.disabled && !props.busy) props.onConfirm();
          }}
        >
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
        </form>
      </DialogSurface>
    </Dialog>
  );
}
