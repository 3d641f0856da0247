import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Tooltip } from '@fluentui/react-components';
import { MoreVertical20Regular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeetingView } from '../../common/contract/requests.ts';
import type { Sha256 } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import { askDesktop, request } from '../bridge/phien.ts';
import { chooseSaveFile } from '../bridge/save-file.ts';
import { EntrustDialog } from '../features/meetings/entrust-dialog.tsx';
import { notify, notifyFailure } from '../ui/notify.ts';
import { goHome } from './router.ts';

/** What concerns this laptop and the meeting as a whole. */
export function MeetingMenu(props: {
  readonly view: MeetingView;
  readonly state: MeetingState;
  /** The paper in front, if one is. */
  readonly paper: { readonly sha256: Sha256; readonly title: string } | null;
}) {
  const { view, state, paper } = props;
  const { t } = useTranslation();
  const { meeting, readOnly } = view.summary;
  const { role } = view.connection;
  // From a package: who belongs to it takes part by carrying it.
  const attends = state.minutes.stage !== 'sealed' && state.roster.some(({ member }) => member === view.me.member);
  const [entrusting, setEntrusting] = useState(false);

  async function savePackage(): Promise<void> {
    try {
      const path = await chooseSaveFile({
        title: t('meeting.savePackage'),
        name: state.title,
        filterName: t('home.packageKind'),
        ending: 'phien',
      });
      if (path === null) return;
      const { papers, missing } = await request('package.save', { meeting, path });
      if (missing === 0) notify('success', 'meeting.packageSaved', { papers });
      else notify('warning', 'meeting.packageSavedWithout', { papers, missing });
    } catch (error) {
      notifyFailure(error);
    }
  }

  async function savePaper(saved: { readonly sha256: Sha256; readonly title: string }): Promise<void> {
    try {
      const path = await chooseSaveFile({
        title: t('meeting.savePaper'),
        name: saved.title,
        filterName: 'PDF',
        ending: 'pdf',
      });
      if (path === null) return;
      await request('papers.save', { meeting, paper: saved.sha256, path });
      notify('success', 'meeting.paperSaved', { name: saved.title });
    } catch (error) {
      notifyFailure(error);
    }
  }

  return (
    <>
      <EntrustDialog open={entrusting} meeting={meeting} onClose={() => setEntrusting(false)} />
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Tooltip content={t('meeting.menu')} relationship="label">
            <Button appearance="subtle" icon={<MoreVertical20Regular />} data-testid="meeting-menu" />
          </Tooltip>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {paper === null ? null : (
              <MenuItem onClick={() => void savePaper(paper)} data-testid="save-paper">
                {t('meeting.savePaper')}
              </MenuItem>
            )}
            <MenuItem onClick={() => void savePackage()} data-testid="save-package">
              {t('meeting.savePackage')}
            </MenuItem>
            <MenuItem onClick={() => askDesktop('desktop.openRoomWindow', { meeting }).catch(notifyFailure)}>
              {t('console.roomScreen')}
            </MenuItem>
            {readOnly || !view.me.roles.office ? null : (
              <MenuItem onClick={() => setEntrusting(true)} data-testid="menu-entrust">
                {t('meeting.entrust')}
              </MenuItem>
            )}
            {readOnly && !attends ? null : role === 'host' ? (
              <MenuItem
                onClick={() => request('meetings.stopCarrying', { meeting }).catch(notifyFailure)}
                data-testid="stop-carrying"
              >
                {t('meeting.stopCarrying')}
              </MenuItem>
            ) : role === 'alone' ? (
              <MenuItem
                onClick={() => request('meetings.carry', { meeting }).catch(notifyFailure)}
                data-testid="menu-carry"
              >
                {t('meeting.carry')}
              </MenuItem>
            ) : (
              <MenuItem
                onClick={() => request('meetings.leave', { meeting }).then(goHome, notifyFailure)}
                data-testid="leave-connection"
              >
                {t('meeting.disconnect')}
              </MenuItem>
            )}
          </MenuList>
        </MenuPopover>
      </Menu>
    </>
  );
}
