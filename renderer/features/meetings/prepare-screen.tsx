import { Button, MessageBar, MessageBarBody, Tooltip } from '@fluentui/react-components';
import {
  ArrowLeft20Regular,
  ArrowRedo20Regular,
  ArrowUndo20Regular,
  ArrowUp20Regular,
  PlugConnected20Regular,
  Print20Regular,
  Send20Regular,
} from '@fluentui/react-icons';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { notYetSummoned } from '../../../common/collab/summons.ts';
import type { MeetingView } from '../../../common/contract/requests.ts';
import type { MeetingId } from '../../../common/domain/ids.ts';
import { useMeetingView } from '../../bridge/engine-values.ts';
import { savePdf } from '../../bridge/save-pdf.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { usePlan } from '../../collab/plan.ts';
import { useUndo } from '../../collab/undo.ts';
import { Failure } from '../../ui/failure.tsx';
import { notify } from '../../ui/notify.ts';
import { Known, Screen, screenStyles, Section, Status, Waiting } from '../../ui/screen.tsx';
import { HeldBackNotice } from './held-back.tsx';
import { PlanDetails } from './plan-details.tsx';
import { PlanPeople } from './plan-people.tsx';
import { PlanSuccessors } from './plan-successors.tsx';
import { preparedProblems } from './prepared-problems.ts';
import { RulesText } from './rules-text.tsx';

/** Everything that is settled before a meeting, ending with the summons and with carrying it. */
export function PrepareScreen(props: {
  readonly meeting: MeetingId;
  readonly onBack: () => void;
  readonly onEnter: () => void;
  readonly onPeople: () => void;
  /** Items and papers: a feature of its own. */
  readonly agenda: ReactNode;
}) {
  const view = useMeetingView(props.meeting);
  return (
    <Known value={view} back={props.onBack}>
      {(value) => <Prepare {...props} view={value} />}
    </Known>
  );
}

function Prepare(props: {
  readonly meeting: MeetingId;
  readonly view: MeetingView;
  readonly onBack: () => void;
  readonly onEnter: () => void;
  readonly onPeople: () => void;
  readonly agenda: ReactNode;
}) {
  const { t } = useTranslation();
  const { meeting, view } = props;
  const { document, plan, synced } = usePlan(meeting);
  const undo = useUndo(document?.doc ?? null);
  const summons = useRef<HTMLDivElement>(null);
  const convene = useRequest('meetings.convene');
  const carry = useRequest('meetings.carry');

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, [contenteditable]');
      if (typing || !(event.ctrlKey || event.metaKey)) return;
      const key = event.key.toLowerCase();
      if (key === 'z' && !event.shiftKey) undo.undo();
      else if (key === 'y' || (key === 'z' && event.shiftKey)) undo.redo();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [undo]);

  if (!synced || document === null) return <Waiting text={t('common.loading')} />;
  const problems = preparedProblems(plan);
  const convened = view.state !== null;
  const differs = view.state === null ? null : notYetSummoned(plan, view.state);
  const upToDate = differs !== null && !differs.details && !differs.people;
  const carrying = view.connection.role === 'host';

  return (
    <Screen
      title={plan.meta?.title ?? view.summary.title}
      actions={
        <>
          <Tooltip content={t('meeting.undo')} relationship="label">
            <Button icon={<ArrowUndo20Regular />} disabled={!undo.canUndo} onClick={undo.undo} data-testid="undo" />
          </Tooltip>
          <Tooltip content={t('meeting.redo')} relationship="label">
            <Button icon={<ArrowRedo20Regular />} disabled={!undo.canRedo} onClick={undo.redo} data-testid="redo" />
          </Tooltip>
          <Button icon={<ArrowLeft20Regular />} onClick={props.onBack} data-testid="back">
            {t('common.back')}
          </Button>
        </>
      }
    >
      <HeldBackNotice connection={view.connection} />
      <div className={screenStyles['card']} ref={summons}>
        <div className={screenStyles['row']}>
          <div className={screenStyles['grow']}>
            {convened ? (
              <Status tone={upToDate ? 'good' : 'warn'} testid="convened">
                {t(upToDate ? 'meeting.convened' : 'meeting.convenedOtherwise')}
              </Status>
            ) : (
              <Status tone="warn">{t('meeting.notConvened')}</Status>
            )}
            {carrying ? (
              <p className={screenStyles['hint']} data-testid="host-addresses">
                {t('meeting.carryingAt', { addresses: view.connection.addresses.join(', ') })}
              </p>
            ) : null}
          </div>
          <Button
            icon={<Print20Regular />}
            onClick={() =>
              void savePdf('lists.invitation', t('meeting.invitation'), plan.meta?.title ?? '', { meeting })
            }
            data-testid="save-invitation-letter"
          >
            {t('meeting.printInvitation')}
          </Button>
          <Button
            icon={<Send20Regular />}
            appearance={upToDate ? 'secondary' : 'primary'}
            disabled={problems.length > 0 || upToDate}
            disabledFocusable={convene.busy}
            onClick={() =>
              void convene
                .run({ meeting })
                .then((done) =>
                  done === null ? notify('success', convened ? 'meeting.convenedAnew' : 'meeting.convenedNow') : 0,
                )
            }
            data-testid="convene"
          >
            {convened ? t('meeting.conveneAgain') : t('meeting.convene')}
          </Button>
          {convened && !carrying ? (
            <Button
              icon={<PlugConnected20Regular />}
              appearance={upToDate ? 'primary' : 'secondary'}
              disabledFocusable={carry.busy}
              onClick={() => void carry.run({ meeting })}
              data-testid="carry"
            >
              {t('meeting.carry')}
            </Button>
          ) : null}
          {convened ? (
            <Button
              appearance={carrying && upToDate ? 'primary' : 'secondary'}
              onClick={props.onEnter}
              data-testid="enter-meeting"
            >
              {t('home.enter')}
            </Button>
          ) : null}
        </div>
        {convened ? null : <p className={screenStyles['hint']}>{t('meeting.conveneHint')}</p>}
        {convened && !carrying ? <p className={screenStyles['hint']}>{t('meeting.carryHint')}</p> : null}
        {problems.length === 0 ? null : (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>
              {t('meeting.before')} {problems.map((problem) => t(`meeting.problem.${problem}`)).join(' ')}
            </MessageBarBody>
          </MessageBar>
        )}
        <Failure failure={convene.failure ?? carry.failure} />
      </div>
      <PlanDetails doc={document.doc} plan={plan} />
      <PlanPeople doc={document.doc} plan={plan} onPeople={props.onPeople} />
      {props.agenda}
      <PlanSuccessors doc={document.doc} plan={plan} />
      <Section title={t('meeting.rules')}>
        <RulesText rules={plan.meta?.rules ?? view.rules} />
      </Section>
      {upToDate ? null : (
        // The page is long, and what it ends with is at its top.
        <div>
          <Button
            icon={<ArrowUp20Regular />}
            onClick={() => {
              summons.current?.scrollIntoView({ block: 'start' });
              summons.current?.querySelector<HTMLElement>('[data-testid="convene"]')?.focus();
            }}
            data-testid="to-convene"
          >
            {t(convened ? 'meeting.toConveneAgain' : 'meeting.toConvene')}
          </Button>
        </div>
      )}
    </Screen>
  );
}
