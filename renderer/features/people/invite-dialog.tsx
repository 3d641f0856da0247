import { Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { screenStyles } from '../../ui/screen.tsx';

/** Asks for name and position of somebody new; the code then appears among the invitations. */
export function InviteDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const invite = useRequest('people.invite');
  const [name, setName] = useState('');
  const [position, setPosition] = useState('');
  function close(): void {
    setName('');
    setPosition('');
    invite.clear();
    onClose();
  }
  return (
    <Confirm
      open={open}
      title={t('people.invite.title')}
      action={t('people.invite.make')}
      busy={invite.busy}
      disabled={name.trim() === ''}
      testid="make-invitation"
      onCancel={close}
      onConfirm={() => void invite.run({ name, position }).then((made) => (made ? close() : undefined))}
    >
      <div className={screenStyles['form']}>
        <Field label={t('people.name')} required hint={t('people.invite.nameHint')}>
          <Input value={name} onChange={(_, { value }) => setName(value)} data-testid="invite-name" />
        </Field>
        <Field label={t('people.position')}>
          <Input value={position} onChange={(_, { value }) => setPosition(value)} data-testid="invite-position" />
        </Field>
        <Failure failure={invite.failure} />
      </div>
    </Confirm>
  );
}
