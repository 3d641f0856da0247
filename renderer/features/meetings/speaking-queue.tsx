import { Button, Select } from '@fluentui/react-components';
import { HandRight20Regular, Mic20Regular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingView } from '../../../common/contract/requests.ts';
import type { MemberId } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { newLocalId, type Acting } from '../../bridge/use-act.ts';
import { nameOn } from '../../ui/names.ts';
import { duration, useNow } from '../../ui/time.ts';
import styles from './panel.module.css';

/** Speaking time a chair gives with one press, minutes; 0: no limit. */
const LIMITS = [3, 5, 10, 0] as const;

export function SpeakingQueue(props: {
  readonly view: MeetingView;
  readonly state: MeetingState;
  readonly acting: Acting;
}) {
  const { t } = useTranslation();
  const { view, state, acting } = props;
  const [limit, setLimit] = useState<number>(5);
  const me = view.me.member;
  const mine = state.queue.find(({ member }) => member === me);
  const attendance = state.attendance[me]?.status;
  const here = attendance === 'in-person' || attendance === 'remote';
  const office = view.me.roles.office && !view.summary.readOnly;
  if (state.phase !== 'open') return null;
  return (
    <section aria-label={t('meeting.queue')} className={styles['queue']}>
      <h3>{t('meeting.queue')}</h3>
      {state.floor === null ? null : (
        <div className={styles['floor']} data-testid="floor">
          <span className={styles['grow']}>
            <Mic20Regular aria-hidden />{' '}
            {t('meeting.speaking', { name: nameOn(state, state.floor.member) ?? t('common.unnamed') })}
            <TotalTime view={view} state={state} member={state.floor.member} />
          </span>
          {office || state.floor.member === me ? (
            <Button
              onClick={() => void acting.act('floor-ended', { member: state.floor?.member ?? me })}
              disabledFocusable={acting.busy}
              data-testid="end-floor"
            >
              {t('meeting.endFloor')}
            </Button>
          ) : null}
        </div>
      )}
      {state.queue.length === 0 ? (
        <p className={styles['quiet']}>{t('meeting.queueEmpty')}</p>
      ) : (
        <ol className={styles['list']}>
          {state.queue.map((request) => (
            <li key={request.request} className={styles['person']} data-testid={`request-${request.member}`}>
              <span className={styles['grow']}>
                {nameOn(state, request.member) ?? t('common.unnamed')}
                <TotalTime view={view} state={state} member={request.member} />
              </span>
              {office ? (
                <Button
                  onClick={() =>
                    void acting.act('floor-given', {
                      member: request.member,
                      request: request.request,
                      limitSeconds: limit * 60,
                    })
                  }
                  disabledFocusable={acting.busy}
                  data-testid={`give-floor-${request.member}`}
                >
                  {t('meeting.giveFloor')}
                </Button>
              ) : null}
            </li>
          ))}
        </ol>
      )}
      {office && state.queue.length > 0 ? (
        <label className={styles['inline']}>
          <span>{t('meeting.limit')}</span>
          <Select value={String(limit)} onChange={(_, { value }) => setLimit(Number(value))}>
            {LIMITS.map((minutes) => (
              <option key={minutes} value={minutes}>
                {minutes === 0 ? t('meeting.noLimit') : t('meeting.limitMinutes', { count: minutes })}
              </option>
            ))}
          </Select>
        </label>
      ) : null}
      {view.summary.readOnly || !here || state.floor?.member === me ? null : mine ? (
        <Button
          onClick={() => void acting.act('speak-withdrawn', { request: mine.request })}
          disabledFocusable={acting.busy}
          data-testid="withdraw-request"
        >
          {t('meeting.withdrawRequest')}
        </Button>
      ) : (
        <Button
          icon={<HandRight20Regular />}
          onClick={() =>
            void acting.act('speak-requested', {
              request: newLocalId(),
              item: state.currentItem,
              queue: 'speech',
              note: '',
            })
          }
          disabledFocusable={acting.busy}
          data-testid="request-to-speak"
        >
          {t('meeting.requestToSpeak')}
        </Button>
      )}
    </section>
  );
}

/** All that a person has spoken in this meeting; nothing while it is nothing. */
function TotalTime(props: { readonly view: MeetingView; readonly state: MeetingState; readonly member: MemberId }) {
  const { t } = useTranslation();
  const { state, member } = props;
  const now = useNow(1000);
  const running = Math.max(0, now - new Date(props.view.ownClock.floor ?? now).getTime());
  const milliseconds = state.speeches
    .filter((speech) => speech.member === member)
    .reduce(
      (sum, { from, to }) => sum + (to === null ? running : new Date(to).getTime() - new Date(from).getTime()),
      0,
    );
  if (milliseconds < 1000) return null;
  return (
    <span className={styles['quiet']}> · {t('meeting.spokenTotal', { time: duration(milliseconds / 1000) })}</span>
  );
}
