import { Button, Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PeopleList } from '../../../common/contract/requests.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Fingerprint } from '../../ui/fingerprint.tsx';
import { notify } from '../../ui/notify.ts';
import { screenStyles, Status } from '../../ui/screen.tsx';
import { dateAndTime } from '../../ui/time.ts';

/** A laptop that asks for a certificate: who says to be it, who was invited, and the fingerprint to compare. */
export function RequestCard(props: {
  readonly request: PeopleList['requests'][number];
  readonly askPassword: boolean;
}) {
  const { t } = useTranslation();
  const approve = useRequest('people.approve');
  const refuse = useRequest('people.refuse');
  const [asking, setAsking] = useState(false);
  const [password, setPassword] = useState('');
  const { request } = props;
  const sameName = request.name === request.invitedAs;

  async function doApprove(): Promise<void> {
    const done = await approve.run({
      request: request.request,
      ...(password === '' ? {} : { authorityPassword: password }),
    });
    if (done === undefined) return;
    setAsking(false);
    setPassword('');
    notify('success', 'people.approved', { name: request.invitedAs });
  }

  return (
    <li className={screenStyles['card']} data-testid="enrolment-request">
      <div className={screenStyles['row']}>
        <div className={screenStyles['grow']}>
          <strong>{request.name}</strong>
          <div className={screenStyles['hint']}>{request.position}</div>
          {request.renews ? (
            <Status tone="warn">{t('people.renew.of', { name: request.invitedAs })}</Status>
          ) : sameName ? (
            <Status tone="good">{t('people.invitedAsSame')}</Status>
          ) : (
            <Status tone="warn">{t('people.invitedAs', { name: request.invitedAs })}</Status>
          )}
        </div>
        <Button
          appearance="primary"
          onClick={() => (props.askPassword ? setAsking(true) : void doApprove())}
          disabledFocusable={approve.busy}
          data-testid="approve-request"
        >
          {t('people.approve')}
        </Button>
        <Button
          onClick={() => void refuse.run({ request: request.request })}
          disabledFocusable={refuse.busy}
          data-testid="refuse-request"
        >
          {t('people.refuse')}
        </Button>
      </div>
      <div className={screenStyles['hint']}>
        {t('people.requestFrom', { from: request.from, time: dateAndTime(request.at) })}
      </div>
      <div>
        {t('people.keyFingerprint')} <Fingerprint hex={request.keyFingerprint} testid="request-fingerprint" />
      </div>
      {asking ? null : <Failure failure={approve.failure ?? refuse.failure} />}
      <Confirm
        open={asking}
        title={t('people.approveTitle', { name: request.invitedAs })}
        action={t('people.approve')}
        busy={approve.busy}
        disabled={password === ''}
        testid="confirm-approve"
        onConfirm={() => void doApprove()}
        onCancel={() => {
          setAsking(false);
          setPassword('');
          approve.clear();
        }}
      >
        <div className={screenStyles['form']}>
          <Field label={t('people.password.label')} required hint={t('people.approvePasswordHint')}>
            <Input
              type="password"
              autoComplete="off"
              value={password}
              onChange={(_, { value }) => setPassword(value)}
              data-testid="authority-password"
            />
          </Field>
          <Failure failure={approve.failure} />
        </div>
      </Confirm>
    </li>
  );
}
