import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingView } from '../../common/contract/requests.ts';
import type { AgendaItemId, MeetingId, MotionId, Sha256 } from '../../common/domain/ids.ts';
import type { MeetingState, MotionState } from '../../common/domain/meeting-state.ts';
import { minutesPaper } from '../../common/domain/minutes-paper.ts';
import { runningVote } from '../../common/domain/running-vote.ts';
import { useMeetingView, usePaperStatus } from '../bridge/engine-values.ts';
import { useAct } from '../bridge/use-act.ts';
import { useReading } from '../bridge/use-reading.ts';
import { useFloor } from '../collab/floor.ts';
import { usePlan } from '../collab/plan.ts';
import { AgendaList } from '../features/agenda/agenda-list.tsx';
import { AskedBanner } from '../features/meetings/asked-banner.tsx';
import { askedOfMe } from '../features/meetings/asked-of-me.ts';
import { ConcludeDialog } from '../features/meetings/conclude-dialog.tsx';
import { Console } from '../features/meetings/console.tsx';
import { MeetingFrame, type PanelName } from '../features/meetings/meeting-frame.tsx';
import { MeetingTopBar } from '../features/meetings/meeting-top-bar.tsx';
import { nextStep } from '../features/meetings/next-step.ts';
import { NotesPanel } from '../features/meetings/notes-panel.tsx';
import { PapersBoard } from '../features/meetings/papers-board.tsx';
import { PeoplePanel } from '../features/meetings/people-panel.tsx';
import { MinutesPanel } from '../features/minutes/minutes-panel.tsx';
import { MinutesPreview } from '../features/minutes/minutes-preview.tsx';
import { CloseVoteDialog } from '../features/votes/close-vote-dialog.tsx';
import { OpenVoteDialog } from '../features/votes/open-vote-dialog.tsx';
import { VoteCard } from '../features/votes/vote-card.tsx';
import { VotesPanel } from '../features/votes/votes-panel.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Known, Waiting } from '../ui/screen.tsx';
import { useRemembered } from '../ui/use-remembered.ts';
import { pageNonce } from './look.tsx';
import styles from './meeting-screen.module.css';
import { MeetingMenu } from './meeting-menu.tsx';
import { PaperPane } from './paper-pane.tsx';
import { PaperTabs, type TabItem } from './paper-tabs.tsx';
import { go, goHome } from './router.ts';
import { useConsole } from './use-console.ts';
import { useMissedVote } from './use-missed-vote.ts';
import { usePaperTabs } from './use-paper-tabs.ts';

const PANELS = ['people', 'notes', 'votes', 'minutes', 'board'] as const satisfies readonly PanelName[];

/** A meeting, running or to be looked at: composed of the features, which know nothing of each other. */
export function MeetingScreen({ meeting }: { readonly meeting: MeetingId }) {
  const { t } = useTranslation();
  const view = useMeetingView(meeting);
  return (
    <Known value={view} back={goHome}>
      {(value) =>
        value.state === null ? (
          <Waiting text={t('meeting.fetchingMeeting')} />
        ) : (
          <Meeting key={meeting} view={value} state={value.state} />
        )
      }
    </Known>
  );
}

function Meeting({ view, state }: { readonly view: MeetingView; readonly state: MeetingState }) {
  const { t } = useTranslation();
  const { meeting, readOnly } = view.summary;
  const { plan } = usePlan(meeting);
  const papers = usePaperStatus(meeting);
  const office = view.me.roles.office && !readOnly;
  const floor = useFloor(meeting, office);
  const acting = useAct(meeting);
  // What was shown last stays in its document; after the meeting nobody shows it any more.
  const shown = state.phase === 'closed' ? null : floor.shown;
  const mine = state.phase === 'closed' ? null : floor.mine;
  const tabs = usePaperTabs(meeting, shown);
  const [chosenPanel, choosePanel] = useRemembered('panel', [...PANELS, 'none'], 'people');
  const [preview, setPreview] = useState<'closed' | 'behind' | 'front'>('closed');
  const [putAway, setPutAway] = useState<MotionId | null>(null);
  const [again, setAgain] = useState<MotionId | null>(null);
  const setPanel = useCallback((name: PanelName | null) => choosePanel(name ?? 'none'), [choosePanel]);
  const statuses = papers.state === 'known' ? papers.value : [];

  const read = (paper: Sha256): void => {
    tabs.choose(paper);
    setPreview((now) => (now === 'front' ? 'behind' : now));
  };
  const openMinutes = (): void => {
    setPanel('minutes');
    setPreview('front');
  };
  const beingShown = (shown ?? mine)?.paper;
  const console = useConsole({
    meeting,
    acting,
    show(paper) {
      read(paper);
      floor.show({ paper, page: 1 });
    },
    stopShowing: () => floor.show(null),
    openPanel: setPanel,
    openMinutes,
    currentItem: state.currentItem,
    itemIsShown:
      beingShown !== undefined &&
      plan.agenda.some(({ id, papers: own }) => id === state.currentItem && own.includes(beingShown)),
  });

  const step = office ? nextStep(view, plan.agenda, console.shown) : null;
  const asked = askedOfMe(view, plan.agenda);
  const isOpen = ({ closedAt }: MotionState) => closedAt === null;
  const vote = state.motions.find((one) => one.motion === again && isOpen(one)) ?? runningVote(state, view.me.member);
  const votesNow =
    vote !== undefined &&
    ((asked?.what === 'vote' && putAway !== vote.motion) || (again === vote.motion && !readOnly)) &&
    console.dialog === null;

  const { dialog } = console;
  const closing =
    dialog?.kind === 'close-vote'
      ? state.motions.find((one) => one.motion === dialog.motion && isOpen(one))
      : undefined;

  useMissedVote(asked?.what === 'vote' ? asked.motion : null, view, () => setPanel('votes'));

  const titleOf = (paper: Sha256): string =>
    state.minutes.stage === 'sealed' && state.minutes.paper === paper
      ? t('agenda.signedMinutes')
      : (plan.papers.get(paper)?.title ??
        statuses.find((one) => one.paper === paper)?.title ??
        t('agenda.paperUnknown'));
  const tabItems: TabItem[] = [
    ...tabs.open.map((id) => ({
      id,
      title: titleOf(id),
      shown: shown?.paper === id || mine?.paper === id,
    })),
    ...(preview === 'closed' ? [] : [{ id: 'preview' as const, title: t('minutes.preview'), shown: false }]),
  ];
  const showPreview = preview === 'front' || (preview === 'behind' && tabs.active === null);
  // Once somebody has signed them, that very document is looked at.
  const minutes = minutesPaper(state.minutes);
  useReading(meeting, showPreview ? minutes : tabs.active);
  const panels = PANELS.filter((name) => office || name !== 'board');
  const panel = panels.find((name) => name === chosenPanel) ?? null;

  const panelContent = (name: PanelName) => {
    switch (name) {
      case 'people':
        return <PeoplePanel view={view} state={state} acting={acting} />;
      case 'notes':
        return <NotesPanel meeting={meeting} />;
      case 'votes':
        return (
          <VotesPanel
            view={view}
            state={state}
            onVote={({ motion }) => setAgain(motion)}
            onCloseVote={({ motion }) => console.wish({ wish: 'close-vote', motion })}
          />
        );
      case 'board':
        return <PapersBoard meeting={meeting} me={view.me.member} state={state} papers={statuses} />;
      case 'minutes':
        return (
          <MinutesPanel
            view={view}
            state={state}
            agenda={plan.agenda}
            previewing={showPreview}
            onPreview={() => setPreview(showPreview ? 'closed' : 'front')}
          />
        );
    }
  };

  const pane = (sha256: Sha256, title: string) => (
    <PaperPane
      key={sha256}
      view={view}
      state={state}
      paper={{ sha256, title }}
      status={statuses.find(({ paper }) => paper === sha256)}
      floor={floor}
      following={tabs.following}
      onFollowing={tabs.follow}
      writable={sha256 !== minutes}
      mayPresent={office && state.phase === 'open'}
    />
  );

  return (
    <>
      <MeetingFrame
        top={
          <MeetingTopBar
            view={view}
            state={state}
            agenda={plan.agenda}
            onBack={goHome}
            onDiagnostics={() => go({ screen: 'diagnostics', from: view.summary.meeting })}
            menu={
              <MeetingMenu
                view={view}
                state={state}
                paper={
                  showPreview || tabs.active === null ? null : { sha256: tabs.active, title: titleOf(tabs.active) }
                }
              />
            }
          />
        }
        strip={
          <>
            {asked === null ? null : (
              <AskedBanner
                asked={asked}
                state={state}
                connection={view.connection}
                leads={view.me.roles.chair}
                acting={acting}
                onVote={() => setPutAway(null)}
                inFront={showPreview ? minutes : tabs.active}
                onRead={read}
              />
            )}
            {step === null ? null : (
              <Console
                state={state}
                step={step}
                agenda={plan.agenda}
                acting={acting}
                showing={mine !== null && (showPreview || mine.paper !== tabs.active)}
                onWish={console.wish}
              />
            )}
          </>
        }
        left={
          <AgendaList
            meeting={meeting}
            state={state}
            agenda={plan.agenda}
            records={plan.papers}
            papers={statuses}
            openPaper={showPreview ? null : tabs.active}
            onOpenPaper={read}
          />
        }
        reading={tabItems.length > 0}
        middle={
          <>
            {tabItems.length === 0 ? null : (
              <PaperTabs
                tabs={tabItems}
                active={showPreview ? 'preview' : tabs.active}
                onChoose={(id) => (id === 'preview' ? setPreview('front') : read(id))}
                onClose={(id) => (id === 'preview' ? setPreview('closed') : tabs.close(id))}
              />
            )}
            <div className={styles['stage']}>
              {showPreview ? (
                minutes === null ? (
                  <MinutesPreview meeting={meeting} state={state} nonce={pageNonce()} />
                ) : (
                  pane(minutes, t('minutes.preview'))
                )
              ) : tabs.active === null ? (
                <div className={styles['empty']}>
                  {t(plan.papers.size === 0 ? 'meeting.noPapers' : 'meeting.choosePaper')}
                </div>
              ) : (
                pane(tabs.active, titleOf(tabs.active))
              )}
            </div>
          </>
        }
        panels={panels}
        panel={panel}
        panelContent={panel === null ? null : panelContent(panel)}
        onPanel={setPanel}
      />
      <VoteCard
        motion={votesNow && vote ? vote : null}
        acting={acting}
        onLater={() => {
          if (vote) setPutAway(vote.motion);
          setAgain(null);
        }}
        onCast={() => {
          setAgain(null);
          setPanel('votes');
        }}
      />
      <Confirm
        open={console.dialog?.kind === 'open-without-quorum'}
        title={t('meeting.openTitle')}
        action={t('console.step.open-meeting')}
        busy={acting.busy}
        testid="confirm-open-without-quorum"
        onCancel={console.closeDialog}
        onConfirm={() =>
          void acting.act('meeting-opened', {}).then((done) => (done ? console.closeDialog() : undefined))
        }
      >
        {t('meeting.openText', {
          present: state.quorum.present,
          total: state.quorum.total,
          required: state.quorum.required,
        })}
      </Confirm>
      <OpenVoteDialog
        asked={console.dialog?.kind === 'open-vote' ? console.dialog.asked : null}
        state={state}
        acting={acting}
        onClose={console.closeDialog}
      />
      <ConcludeDialog
        open={console.dialog?.kind === 'conclude'}
        item={console.dialog?.kind === 'conclude' ? console.dialog.item : (null as AgendaItemId | null)}
        state={state}
        acting={acting}
        onClose={console.closeDialog}
      />
      <CloseVoteDialog
        view={view}
        state={state}
        motion={closing ?? null}
        acting={acting}
        onClose={console.closeDialog}
      />
      <Confirm
        open={console.dialog?.kind === 'close-meeting'}
        title={t('meeting.closeTitle')}
        action={t('meeting.close')}
        busy={acting.busy}
        testid="confirm-close-meeting"
        onCancel={console.closeDialog}
        onConfirm={() =>
          void acting.act('meeting-closed', {}).then((done) => (done ? console.closeDialog() : undefined))
        }
      >
        {vote ? t('meeting.closeWhileVoting') : t('meeting.closeText')}
      </Confirm>
    </>
  );
}
