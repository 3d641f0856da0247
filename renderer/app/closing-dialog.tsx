import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUnsaved } from '../collab/open-document.ts';
import { ReturnFocus } from '../ui/return-focus.tsx';

/** Milliseconds that the disk gets to take what was just done before anybody is asked anything. */
const PATIENCE = 1500;

/** The window closes when what was written in it is on disk; when that does not come about, the person is asked. */
export function ClosingDialog() {
  const { t } = useTranslation();
  const unsaved = useUnsaved(({ count }) => count);
  const [closing, setClosing] = useState<'no' | 'waiting' | 'asking'>('no');
  const leaving = useRef(false);

  useEffect(() => {
    const hold = (event: BeforeUnloadEvent): void => {
      // What is being typed is written when its field is left.
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      if (leaving.current || useUnsaved.getState().count === 0) return;
      event.preventDefault();
      setClosing((now) => (now === 'no' ? 'waiting' : now));
    };
    window.addEventListener('beforeunload', hold);
    return () => window.removeEventListener('beforeunload', hold);
  }, []);

  useEffect(() => {
    if (closing !== 'no' && unsaved === 0) leave();
    if (closing !== 'waiting') return undefined;
    const timer = setTimeout(() => setClosing('asking'), PATIENCE);
    return () => clearTimeout(timer);
  }, [closing, unsaved]);

  function leave(): void {
    leaving.current = true;
    window.close();
  }
  const stay = (): void => setClosing('no');

  return (
    <Dialog modalType="alert" open={closing === 'asking'} onOpenChange={(_, { open }) => (open ? undefined : stay())}>
      <DialogSurface>
        <ReturnFocus />
        <DialogBody>
          <DialogTitle>{t('app.closing.title')}</DialogTitle>
          <DialogContent>{t('app.closing.text', { count: unsaved })}</DialogContent>
          <DialogActions>
            <Button appearance="primary" autoFocus onClick={stay} data-testid="stay">
              {t('app.closing.stay')}
            </Button>
            <Button onClick={leave} data-testid="close-anyway">
              {t('app.closing.anyway')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
