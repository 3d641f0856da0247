import { Button } from '@fluentui/react-components';
import {
  Add20Regular,
  FolderOpen20Regular,
  PersonAdd20Regular,
  PlugConnected20Regular,
  ShieldCheckmark20Regular,
} from '@fluentui/react-icons';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppStatus, MeetingSummary } from '../../../common/contract/requests.ts';
import type { MeetingId } from '../../../common/domain/ids.ts';
import { useMeetings, usePeople } from '../../bridge/engine-values.ts';
import { askDesktop, request } from '../../bridge/phien.ts';
import { notifyFailure } from '../../ui/notify.ts';
import { Known, Screen, screenStyles, Section } from '../../ui/screen.tsx';
import { useNow } from '../../ui/time.ts';
import { FoundMeetings } from './found-meetings.tsx';
import { groupMeetings } from './group-meetings.ts';
import { JoinDialog } from './join-dialog.tsx';
import { MeetingCard } from './meeting-card.tsx';
import { NewMeetingDialog } from './new-meeting-dialog.tsx';

export interface HomeProps {
  readonly status: AppStatus;
  /** What comes before the meetings. */
  readonly notice: ReactNode;
  readonly onPrepare: (meeting: MeetingId) => void;
  readonly onEnter: (meeting: MeetingId) => void;
  readonly onPeople: () => void;
  readonly onVerify: () => void;
  readonly onSample: () => void;
}

/** Today: my meetings, those found on this network, and the ways to more. */
export function Home(props: HomeProps) {
  const { t } = useTranslation();
  const meetings = useMeetings();
  const people = usePeople();
  const { holdsAuthority } = props.status;
  // A meeting is for people: whoever has just set the organisation up is told to begin with them.
  const nobodyYet = holdsAuthority && people.state === 'known' && people.value.members.length <= 1;
  const [dialog, setDialog] = useState<'new' | 'join' | null>(null);

  async function openPackage(): Promise<void> {
    try {
      const [path] = await askDesktop('desktop.chooseFiles', {
        title: t('home.openPackage'),
        filterName: t('home.packageKind'),
        extensions: ['phien'],
        several: false,
      });
      if (path === undefined) return;
      props.onEnter((await request('package.open', { path })).meeting);
    } catch (error) {
      notifyFailure(error);
    }
  }

  return (
    <Screen
      title={t('home.title')}
      actions={
        <>
          <Button icon={<PlugConnected20Regular />} onClick={() => setDialog('join')} data-testid="join-by-address">
            {t('home.joinByAddress')}
          </Button>
          {holdsAuthority ? (
            <Button
              appearance={nobodyYet ? 'secondary' : 'primary'}
              icon={<Add20Regular />}
              onClick={() => setDialog('new')}
              data-testid="new-meeting"
            >
              {t('home.newMeeting')}
            </Button>
          ) : null}
        </>
      }
    >
      {props.notice}
      <FoundMeetings mine={meetings.state === 'known' ? meetings.value : []} onEnter={props.onEnter} />
      <Known value={meetings}>
        {(list) =>
          list.length === 0 ? (
            <div className={screenStyles['empty']}>
              <span>
                {t(nobodyYet ? 'home.nobodyYet' : holdsAuthority ? 'home.emptyAuthority' : 'home.emptyMember')}
              </span>
              <div className={screenStyles['row']}>
                {nobodyYet ? (
                  <Button
                    appearance="primary"
                    icon={<PersonAdd20Regular />}
                    onClick={props.onPeople}
                    data-testid="invite-first"
                  >
                    {t('home.invite')}
                  </Button>
                ) : null}
                <Button onClick={props.onSample} data-testid="open-sample">
                  {t('home.sample')}
                </Button>
              </div>
            </div>
          ) : (
            <MyMeetings {...props} meetings={list} />
          )
        }
      </Known>
      <Section title={t('home.more')}>
        <div className={screenStyles['row']}>
          <Button icon={<FolderOpen20Regular />} onClick={() => void openPackage()} data-testid="open-package">
            {t('home.openPackage')}
          </Button>
          <Button icon={<ShieldCheckmark20Regular />} onClick={props.onVerify} data-testid="home-verify">
            {t('home.verify')}
          </Button>
          {meetings.state === 'known' && meetings.value.length === 0 ? null : (
            <Button onClick={props.onSample} data-testid="open-sample">
              {t('home.sample')}
            </Button>
          )}
        </div>
      </Section>
      <NewMeetingDialog open={dialog === 'new'} onClose={() => setDialog(null)} onMade={props.onPrepare} />
      <JoinDialog open={dialog === 'join'} onClose={() => setDialog(null)} onJoined={props.onEnter} />
    </Screen>
  );
}

function MyMeetings(props: HomeProps & { readonly meetings: readonly MeetingSummary[] }) {
  const { t } = useTranslation();
  const now = useNow(30_000);
  const groups = groupMeetings(props.meetings, now);
  return (['now', 'upcoming', 'past'] as const).map((name) =>
    groups[name].length === 0 ? null : (
      <Section key={name} title={t(`home.${name}`)}>
        <ul className={screenStyles['list']}>
          {groups[name].map((meeting) => (
            <MeetingCard
              key={meeting.meeting}
              meeting={meeting}
              onPrepare={() => props.onPrepare(meeting.meeting)}
              onEnter={() => props.onEnter(meeting.meeting)}
            />
          ))}
        </ul>
      </Section>
    ),
  );
}
