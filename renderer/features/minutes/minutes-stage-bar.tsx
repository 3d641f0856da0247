import { Button } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingView } from '../../../common/contract/requests.ts';
import type { Sha256 } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { request } from '../../bridge/phien.ts';
import { chooseSaveFile } from '../../bridge/save-file.ts';
import { useAct } from '../../bridge/use-act.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { notify, notifyFailure } from '../../ui/notify.ts';
import { Status } from '../../ui/screen.tsx';
import styles from './minutes.module.css';
import { NameSecretary } from './name-secretary.tsx';

/** Where the minutes are on their way: written, frozen and signed by the secretary, signed by the chair, handed out. */
export function MinutesStageBar({ view, state }: { readonly view: MeetingView; readonly state: MeetingState }) {
  const { t } = useTranslation();
  const { meeting, readOnly } = view.summary;
  const freeze = useRequest('minutes.freeze');
  const sign = useRequest('minutes.sign');
  const { act, busy } = useAct(meeting);
  const [asking, setAsking] = useState<'freeze' | { readonly sign: Sha256 } | null>(null);
  const [naming, setNaming] = useState(false);
  /** What was in front when the chair asked to sign it: what comes meanwhile is another document. */
  const signing = asking !== null && asking !== 'freeze' ? asking : null;
  const { roles } = view.me;
  const { minutes } = state;
  const replaceable = state.phase === 'closed' && (minutes.stage === 'draft' || minutes.stage === 'frozen');

  async function save(): Promise<void> {
    try {
      const path = await chooseSaveFile({
        title: t('minutes.saveTitle'),
        name: `${t('minutes.fileName')} - ${state.title}`,
        filterName: 'PDF',
        ending: 'pdf',
      });
      if (path === null) return;
      await request('minutes.save', { meeting, path });
      notify('success', 'minutes.saved');
    } catch (error) {
      notifyFailure(error);
    }
  }

  return (
    <div className={styles['stage']} data-testid="minutes-stage" data-stage={minutes.stage}>
      <Status tone={minutes.stage === 'sealed' ? 'good' : 'quiet'}>
        {t(state.phase === 'closed' ? `minutes.stage.${minutes.stage}` : 'minutes.stage.running')}
      </Status>
      <div className={styles['buttons']}>
        {!readOnly && state.phase === 'closed' && minutes.stage === 'draft' && roles.secretary ? (
          <Button
            appearance="primary"
            disabledFocusable={freeze.busy}
            onClick={() => setAsking('freeze')}
            data-testid="freeze-minutes"
          >
            {freeze.busy ? t('minutes.freezing') : t('minutes.freeze')}
          </Button>
        ) : null}
        {!readOnly && minutes.stage === 'frozen' && roles.chair ? (
          <Button
            appearance="primary"
            disabledFocusable={sign.busy}
            onClick={() => setAsking({ sign: minutes.revision })}
            data-testid="sign-minutes"
          >
            {sign.busy ? t('minutes.signing') : t('minutes.sign')}
          </Button>
        ) : null}
        {!readOnly && minutes.stage === 'frozen' && roles.office ? (
          <Button
            disabledFocusable={busy}
            onClick={() => void act('minutes-reopened', { revision: minutes.revision })}
            data-testid="reopen-minutes"
          >
            {t('minutes.reopen')}
          </Button>
        ) : null}
        {!readOnly && replaceable && (roles.chair || roles.convener) && !roles.secretary ? (
          <Button onClick={() => setNaming(true)} data-testid="name-secretary">
            {t('minutes.nameSecretary')}
          </Button>
        ) : null}
        {minutes.stage === 'sealed' ? (
          <Button appearance="primary" onClick={() => void save()} data-testid="save-minutes">
            {t('minutes.save')}
          </Button>
        ) : null}
      </div>
      <Failure failure={freeze.failure ?? sign.failure} />
      <NameSecretary open={naming && replaceable} state={state} onClose={() => setNaming(false)} />
      <Confirm
        open={asking !== null}
        title={signing ? t('minutes.signTitle') : t('minutes.freezeTitle')}
        action={signing ? t('minutes.sign') : t('minutes.freeze')}
        testid={signing ? 'confirm-sign-minutes' : 'confirm-freeze-minutes'}
        onCancel={() => setAsking(null)}
        onConfirm={() => {
          setAsking(null);
          if (signing) void sign.run({ meeting, revision: signing.sign });
          else void freeze.run({ meeting });
        }}
      >
        <p>{signing ? t('minutes.signText') : t('minutes.freezeText')}</p>
        <p className={styles['quiet']}>{t('minutes.notOfficialDuty')}</p>
      </Confirm>
    </div>
  );
}
