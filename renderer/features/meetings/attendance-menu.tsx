import { Button, Field, Input, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { MoreHorizontal20Regular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import type { RosterEntry } from '../../../common/domain/roster.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { clockTime, lastTimeAt } from '../../ui/time.ts';
import { linesFor, RECORDED, type Line } from './attendance-lines.ts';

/** What the chair's office records of somebody, and does with them. */
export function AttendanceMenu(props: {
  readonly state: MeetingState;
  readonly acting: Acting;
  readonly entry: RosterEntry;
}) {
  const { t } = useTranslation();
  const { state, acting, entry } = props;
  const { member } = entry;
  const [asking, setAsking] = useState(false);
  const choose = (line: Line): void => {
    if (line === 'left' || line === 'left-at') setAsking(true);
    else if (line === 'not-left') void acting.act('left-early', { member, at: null });
    else void acting.act('attendance-recorded', { member, status: RECORDED[line], reason: '' });
  };
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            appearance="subtle"
            icon={<MoreHorizontal20Regular />}
            aria-label={t('meeting.recordAttendanceOf', { name: entry.name })}
            data-testid={`record-${member}`}
          />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {linesFor(state, member).map((line) => (
              <MenuItem key={line} onClick={() => choose(line)} data-testid={`record-as-${line}`}>
                {t(`meeting.record.${line}`)}
              </MenuItem>
            ))}
            {state.phase === 'open' ? (
              <MenuItem
                onClick={() => void acting.act('floor-given', { member, request: null, limitSeconds: 0 })}
                data-testid="record-give-floor"
              >
                {t('meeting.giveFloor')}
              </MenuItem>
            ) : null}
          </MenuList>
        </MenuPopover>
      </Menu>
      <LeftDialog {...props} open={asking} onClose={() => setAsking(false)} />
    </>
  );
}

/** When somebody left: now, or another time since they came. */
function LeftDialog(props: {
  readonly open: boolean;
  readonly state: MeetingState;
  readonly acting: Acting;
  readonly entry: RosterEntry;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { state, entry, acting } = props;
  const stay = state.attendance[entry.member]?.stays.at(-1);
  const earliest = [stay?.from ?? '', state.openedAt ?? ''].toSorted().at(-1) ?? '';
  const [time, setTime] = useState('');
  useEffect(() => {
    if (props.open) setTime(clockTime(stay?.to ?? latestFrom(earliest)));
    // Only when it is opened: what is being typed must not be overwritten.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [props.open]);
  const at = lastTimeAt(time, latestFrom(earliest));
  const possible = at !== undefined && at >= earliest;
  return (
    <Confirm
      open={props.open}
      title={t('meeting.leftTitle', { name: entry.name })}
      action={t('meeting.leftSave')}
      disabled={!possible}
      busy={acting.busy}
      testid="save-left"
      onCancel={props.onClose}
      onConfirm={() =>
        void acting
          .act('left-early', { member: entry.member, at: at ?? null })
          .then((done) => (done ? props.onClose() : undefined))
      }
    >
      <Field
        label={t('meeting.leftTime')}
        required
        hint={t('meeting.leftHint')}
        {...(possible || time === ''
          ? {}
          : { validationMessage: t('meeting.leftImpossible', { time: clockTime(earliest) }) })}
      >
        <Input type="time" value={time} onChange={(_, { value }) => setTime(value)} data-testid="left-time" />
      </Field>
    </Confirm>
  );
}

/** Now, or when they came where that laptop's clock is ahead of this one's. */
const latestFrom = (earliest: string): number => Math.max(Date.now(), new Date(earliest).getTime() || 0);
