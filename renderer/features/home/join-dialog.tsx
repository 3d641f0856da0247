import { Field, Input, Radio, RadioGroup } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FoundMeeting } from '../../../common/contract/requests.ts';
import { asMeetingId, type MeetingId } from '../../../common/domain/ids.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Failure } from '../../ui/failure.tsx';
import { screenStyles } from '../../ui/screen.tsx';
import { dateAndTime } from '../../ui/time.ts';

/** For when the meeting does not appear by itself: the address that the host's screen shows. */
export function JoinDialog(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onJoined: (meeting: MeetingId) => void;
}) {
  const { t } = useTranslation();
  const look = useRequest('meetings.look');
  const join = useRequest('meetings.join');
  const [address, setAddress] = useState('');
  /** What is carried there, where that is more than one. */
  const [offered, setOffered] = useState<readonly FoundMeeting[]>([]);
  const [chosen, setChosen] = useState<MeetingId | undefined>(undefined);

  function forget(): void {
    setOffered([]);
    setChosen(undefined);
    look.clear();
    join.clear();
  }
  function close(): void {
    setAddress('');
    forget();
    props.onClose();
  }
  async function enter(): Promise<void> {
    const at = address.trim();
    if (chosen === undefined) {
      const found = await look.run({ address: at });
      if (!found) return;
      if (found.length > 1) {
        setOffered(found);
        setChosen(found[0]?.meeting);
        return;
      }
    }
    const joined = await join.run({ address: at, ...(chosen ? { meeting: chosen } : {}) });
    if (!joined) return;
    close();
    props.onJoined(joined.meeting);
  }

  return (
    <Confirm
      open={props.open}
      title={t('home.joinTitle')}
      action={t('home.join')}
      busy={look.busy || join.busy}
      disabled={address.trim() === ''}
      testid="join"
      onCancel={close}
      onConfirm={() => void enter()}
    >
      <div className={screenStyles['form']}>
        <Field label={t('home.address')} required hint={t('home.addressHint')}>
          <Input
            value={address}
            onChange={(_, { value }) => {
              setAddress(value);
              forget();
            }}
            autoComplete="off"
            spellCheck={false}
            data-testid="join-address"
          />
        </Field>
        {offered.length === 0 ? null : (
          <Field label={t('home.severalThere')} required>
            <RadioGroup
              value={chosen ?? ''}
              onChange={(_, { value }) => setChosen(asMeetingId(value))}
              data-testid="join-which"
            >
              {offered.map(({ meeting, title, start }) => (
                <Radio key={meeting} value={meeting} label={`${title} · ${dateAndTime(start)}`} />
              ))}
            </RadioGroup>
          </Field>
        )}
        <Failure failure={join.failure ?? look.failure} />
      </div>
    </Confirm>
  );
}
