import {
  Button,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { MoreHorizontal20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { AgendaItem } from '../../../common/collab/plan.ts';
import type { AgendaItemId, MotionId } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { nameOn } from '../../ui/names.ts';
import styles from './meeting.module.css';
import type { NextStep } from './next-step.ts';

/** What the console asks for from the rest of the screen. */
export type ConsoleWish =
  | { readonly wish: 'step'; readonly step: NextStep }
  | { readonly wish: 'open-without-quorum' }
  | { readonly wish: 'open-vote'; readonly text: string }
  | { readonly wish: 'conclude'; readonly item: AgendaItemId | null }
  | { readonly wish: 'close-vote'; readonly motion: MotionId }
  | { readonly wish: 'close-meeting' }
  | { readonly wish: 'stop-showing' }
  | { readonly wish: 'room-screen' }
  | { readonly wish: 'prepare' }
  | { readonly wish: 'skip-paper' };

interface Props {
  readonly state: MeetingState;
  readonly step: NextStep;
  readonly agenda: readonly AgendaItem[];
  readonly acting: Acting;
  readonly showing: boolean;
  readonly onWish: (wish: ConsoleWish) => void;
}

/** For chair and secretary: one button that is always the next natural step, the rest within reach. */
export function Console(props: Props) {
  const { t } = useTranslation();
  const { state, step, acting, onWish } = props;
  const waits =
    step.step === 'wait-for-secretary' || step.step === 'wait-for-chair' || step.step === 'wait-for-sealing';
  return (
    <div className={styles['console']} role="group" aria-label={t('console.title')}>
      <span className={styles['label']}>{t('console.title')}</span>
      {waits || step.step === 'done' ? (
        <span data-testid="next-step" data-step={step.step}>
          {t(`console.step.${step.step}`)}
        </span>
      ) : (
        <Button
          appearance="primary"
          size="large"
          disabledFocusable={acting.busy}
          onClick={() => onWish({ wish: 'step', step })}
          data-testid="next-step"
          data-step={step.step}
        >
          <StepText step={step} state={state} />
        </Button>
      )}
      {step.step === 'show-paper' ? (
        <Button onClick={() => onWish({ wish: 'skip-paper' })}>{t('console.skipPaper')}</Button>
      ) : null}
      {step.step === 'call-quorum' ? (
        <Button onClick={() => onWish({ wish: 'open-without-quorum' })} data-testid="open-without-quorum">
          {t('console.openAnyway')}
        </Button>
      ) : null}
      {props.showing ? (
        <Button onClick={() => onWish({ wish: 'stop-showing' })} data-testid="stop-showing">
          {t('console.stopShowing')}
        </Button>
      ) : null}
      <MoreMenu {...props} />
    </div>
  );
}

function StepText({ step, state }: { readonly step: NextStep; readonly state: MeetingState }) {
  const { t } = useTranslation();
  switch (step.step) {
    case 'call-quorum':
      return t('console.step.call-quorum', { count: step.missing });
    case 'open-item':
      return t('console.step.open-item', { ordinal: step.ordinal });
    case 'give-floor':
      return t('console.step.give-floor', { name: nameOn(state, step.request.member) ?? t('common.unnamed') });
    case 'end-floor':
      return t('console.step.end-floor', { name: nameOn(state, step.member) ?? t('common.unnamed') });
    case 'close-vote':
      return step.waiting === 0
        ? t('console.step.close-vote')
        : t('console.step.close-vote-waiting', { count: step.waiting });
    default:
      return t(`console.step.${step.step}`);
  }
}

function MoreMenu({ state, agenda, acting, onWish }: Props) {
  const { t } = useTranslation();
  const open = state.phase === 'open';
  const voting = state.motions.some(({ closedAt }) => closedAt === null);
  const current = state.currentItem;
  const others = agenda.map((item, index) => ({ item, ordinal: index + 1 })).filter(({ item }) => item.id !== current);
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button icon={<MoreHorizontal20Regular />} data-testid="console-more">
          {t('console.more')}
        </Button>
      </MenuTrigger>
      <MenuPopover className={styles['menu']}>
        <MenuList>
          {open ? (
            <>
              <MenuItem
                disabled={voting}
                onClick={() => onWish({ wish: 'open-vote', text: '' })}
                data-testid="console-open-vote"
              >
                {t('console.openVote')}
              </MenuItem>
              {current === null ? null : (
                <>
                  <MenuItem
                    onClick={() => onWish({ wish: 'conclude', item: current })}
                    data-testid="console-conclude-item"
                  >
                    {t('console.concludeItem')}
                  </MenuItem>
                  <MenuItem onClick={() => void acting.act('item-closed', { item: current })}>
                    {t('console.closeItem')}
                  </MenuItem>
                </>
              )}
              <MenuItem onClick={() => onWish({ wish: 'conclude', item: null })}>
                {t('console.concludeMeeting')}
              </MenuItem>
              <MenuItem onClick={() => onWish({ wish: 'close-meeting' })} data-testid="console-close-meeting">
                {t('console.closeMeeting')}
              </MenuItem>
              <MenuDivider />
              {others.length === 0 ? null : (
                <>
                  <MenuGroup>
                    <MenuGroupHeader>{t('console.openOther')}</MenuGroupHeader>
                    {others.map(({ item, ordinal }) => (
                      <MenuItem
                        key={item.id}
                        disabled={voting}
                        onClick={() => void acting.act('item-opened', { item: item.id, ordinal, title: item.title })}
                      >
                        {`${ordinal}. ${item.title}`}
                      </MenuItem>
                    ))}
                  </MenuGroup>
                  <MenuDivider />
                </>
              )}
            </>
          ) : null}
          <MenuItem onClick={() => onWish({ wish: 'room-screen' })} data-testid="open-room-screen">
            {t('console.roomScreen')}
          </MenuItem>
          {state.phase === 'closed' ? null : (
            <MenuItem onClick={() => onWish({ wish: 'prepare' })} data-testid="to-prepare">
              {t('console.prepare')}
            </MenuItem>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
