import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { Restoration, StorageStatus } from '../../common/contract/requests.ts';
import { useStorage } from '../bridge/engine-values.ts';
import { request } from '../bridge/phien.ts';
import { useUnsaved } from '../collab/open-document.ts';
import { notifyFailure } from '../ui/notify.ts';
import { dateAndTime, useLasting } from '../ui/time.ts';

const NOTHING: StorageStatus = { trouble: null, restoration: null, inDoubt: [] };

/** Says when the disk does not take what it is given, and what was done about a damaged database. */
export function StorageBanner() {
  const { t } = useTranslation();
  const storage = useStorage();
  const unsaved = useUnsaved(({ count }) => count);
  const lasting = useLasting(unsaved > 0);
  const { trouble, restoration, inDoubt } = storage.state === 'known' ? storage.value : NOTHING;
  const waiting = lasting && unsaved > 0 ? ` ${t('app.storage.unsaved', { count: unsaved })}` : '';
  return (
    <>
      {trouble === null && waiting === '' ? null : (
        <MessageBar
          intent={trouble === 'disk-low' ? 'warning' : 'error'}
          layout="multiline"
          role="alert"
          data-testid="storage-trouble"
        >
          <MessageBarBody>
            {trouble === null ? null : t(`app.storage.${trouble}`)}
            {waiting}
          </MessageBarBody>
        </MessageBar>
      )}
      {restoration === null ? null : <Restored restoration={restoration} />}
      {inDoubt.length === 0 ? null : <InDoubt />}
    </>
  );
}

function Restored({ restoration }: { readonly restoration: Restoration }) {
  const { t } = useTranslation();
  const { how, backupOf, setAside } = restoration;
  return (
    <MessageBar intent="info" layout="multiline" data-testid="restored">
      <MessageBarBody>
        {t(`app.storage.restored.${how}`, { time: backupOf === null ? '' : dateAndTime(backupOf) })}{' '}
        {t('app.storage.restored.kept', { folder: setAside })}
      </MessageBarBody>
      <MessageBarActions>
        <Button data-testid="restored-read" onClick={() => request('storage.read', {}).catch(notifyFailure)}>
          {t('app.storage.restored.read')}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

function InDoubt() {
  const { t } = useTranslation();
  return (
    <MessageBar intent="warning" layout="multiline" data-testid="in-doubt">
      <MessageBarBody>{t('app.storage.inDoubt')}</MessageBarBody>
      <MessageBarActions>
        <Button onClick={() => request('storage.goOnAlone', {}).catch(notifyFailure)}>
          {t('app.storage.goOnAlone')}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}
