import { useTranslation } from 'react-i18next';
import { asMeetingId, type MeetingId } from '../../common/domain/ids.ts';
import type { MeetingView } from '../../common/contract/requests.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import { useMeetingView, usePaperStatus } from '../bridge/engine-values.ts';
import { useFloor } from '../collab/floor.ts';
import { usePlan } from '../collab/plan.ts';
import { RoomScreen } from '../features/room-screen/room-screen.tsx';
import { VoteResult } from '../features/votes/vote-result.tsx';
import { isApart } from '../ui/reach.ts';
import { Known, Waiting } from '../ui/screen.tsx';
import { useLasting } from '../ui/time.ts';
import { PaperPane } from './paper-pane.tsx';

/** The window for the projector; which meeting stands in its address. */
export function RoomWindow() {
  const { t } = useTranslation();
  const meeting = new URLSearchParams(window.location.search).get('meeting');
  if (meeting === null) return <Waiting text={t('common.loading')} />;
  return <Room meeting={asMeetingId(meeting)} />;
}

function Room({ meeting }: { readonly meeting: MeetingId }) {
  const { t } = useTranslation();
  const view = useMeetingView(meeting);
  return (
    <Known value={view}>
      {(value) =>
        value.state === null ? (
          <Waiting text={t('meeting.fetchingMeeting')} />
        ) : (
          <RoomContent view={value} state={value.state} />
        )
      }
    </Known>
  );
}

function RoomContent({ view, state }: { readonly view: MeetingView; readonly state: MeetingState }) {
  const { t } = useTranslation();
  const { plan } = usePlan(view.summary.meeting);
  const floor = useFloor(view.summary.meeting, false);
  const papers = usePaperStatus(view.summary.meeting);
  const apart = useLasting(view.connection.role === 'member' && isApart(view.connection));
  const paper = floor.shown?.paper;
  return (
    <RoomScreen
      state={state}
      ownClock={view.ownClock}
      apart={apart}
      paper={
        paper === undefined ? null : (
          <PaperPane
            key={paper}
            view={view}
            state={state}
            paper={{ sha256: paper, title: plan.papers.get(paper)?.title ?? t('agenda.paperUnknown') }}
            status={papers.state === 'known' ? papers.value.find((one) => one.paper === paper) : undefined}
            floor={floor}
            following
            onFollowing={() => undefined}
            writable={false}
            mayPresent={false}
          />
        )
      }
      renderResult={(motion) => <VoteResult motion={motion} large />}
    />
  );
}
