import { useSyncExternalStore, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Popover, PopoverSurface, PopoverTrigger } from '@fluentui/react-components';
import {
  ArrowRedo20Regular,
  ArrowUndo20Regular,
  Cursor20Regular,
  Eraser20Regular,
  Eye20Regular,
  EyeOff20Regular,
  Highlight20Regular,
  LockClosed20Regular,
  NoteAdd20Regular,
  Pen20Regular,
  People20Regular,
  TextBulletListSquare20Regular,
} from '@fluentui/react-icons';
import { ToolButton, type SpareToolButton } from '../../ui/tool-button.tsx';
import {
  colourValue,
  cssColour,
  HIGHLIGHTER_COLOURS,
  HIGHLIGHTER_WIDTHS,
  PEN_COLOURS,
  PEN_WIDTHS,
  useInkSettings,
  type InkMode,
  type InkTool,
} from './ink-settings.ts';
import type { OwnHistory } from './own-history.ts';
import type { OwnInk } from './use-sessions.ts';

const TOOLS: readonly { readonly tool: InkTool; readonly icon: ReactElement }[] = [
  { tool: 'select', icon: <Cursor20Regular /> },
  { tool: 'pen', icon: <Pen20Regular /> },
  { tool: 'highlighter', icon: <Highlight20Regular /> },
  { tool: 'note', icon: <NoteAdd20Regular /> },
  { tool: 'eraser', icon: <Eraser20Regular /> },
];

/** Who will see it, the pen and its kin, undo. */
export function InkTools(props: { readonly own: OwnInk }): ReactNode {
  const { t } = useTranslation();
  const settings = useInkSettings();
  return (
    <>
      <ModeSwitch />
      <span className="ink-tools-gap" />
      {TOOLS.map(({ tool, icon }) => (
        <ToolButton
          key={tool}
          label={t(`annotation.${tool}`)}
          icon={icon}
          testId={`tool-${tool}`}
          pressed={settings.tool === tool}
          onClick={() => settings.set({ tool })}
        />
      ))}
      <PenChoice />
      <UndoRedo history={props.own.history} />
    </>
  );
}

/** For everybody, also for those who may only look. */
export function useViewTools(): readonly SpareToolButton[] {
  const { t } = useTranslation();
  const { hideOthers, listOpen, set } = useInkSettings();
  return [
    {
      id: 'toggle-notes',
      label: t('annotation.notes'),
      icon: <TextBulletListSquare20Regular />,
      pressed: listOpen,
      onClick: () => set({ listOpen: !listOpen }),
    },
    {
      id: 'hide-others',
      label: t('annotation.hideOthers'),
      icon: hideOthers ? <EyeOff20Regular /> : <Eye20Regular />,
      pressed: hideOthers,
      onClick: () => set({ hideOthers: !hideOthers }),
    },
  ];
}

/** Two words, two pictures, two colours, two borders: nobody may take one for the other. */
function ModeSwitch(): ReactNode {
  const { t } = useTranslation();
  const { mode, set } = useInkSettings();
  const choice = (value: InkMode, icon: ReactElement): ReactNode => (
    <button
      type="button"
      role="radio"
      aria-checked={mode === value}
      tabIndex={mode === value ? 0 : -1}
      className={`ink-mode ink-mode-${value}`}
      data-testid={`mode-${value}`}
      title={t(`annotation.${value}Banner`)}
      onClick={() => set({ mode: value })}
      onKeyDown={(event) => {
        if (!event.key.startsWith('Arrow')) return;
        event.preventDefault();
        set({ mode: value === 'shared' ? 'private' : 'shared' });
        const other = event.currentTarget.nextElementSibling ?? event.currentTarget.previousElementSibling;
        if (other instanceof HTMLElement) other.focus();
      }}
    >
      {icon}
      {t(`annotation.${value}`)}
    </button>
  );
  return (
    <div className="ink-modes" role="radiogroup" aria-label={t('annotation.mode')}>
      {choice('shared', <People20Regular />)}
      {choice('private', <LockClosed20Regular />)}
    </div>
  );
}

function UndoRedo(props: { readonly history: OwnHistory }): ReactNode {
  const { history } = props;
  const { t } = useTranslation();
  const canUndo = useSyncExternalStore(history.subscribe, history.canUndo);
  const canRedo = useSyncExternalStore(history.subscribe, history.canRedo);
  return (
    <>
      <ToolButton
        label={t('annotation.undo')}
        icon={<ArrowUndo20Regular />}
        testId="undo"
        disabled={!canUndo}
        onClick={history.undo}
      />
      <ToolButton
        label={t('annotation.redo')}
        icon={<ArrowRedo20Regular />}
        testId="redo"
        disabled={!canRedo}
        onClick={history.redo}
      />
    </>
  );
}

/** Colour and width of the pen or the highlighter, whichever was used last. */
function PenChoice(): ReactNode {
  const { t } = useTranslation();
  const settings = useInkSettings();
  const tool = settings.tool === 'highlighter' ? 'highlighter' : 'pen';
  const isPen = tool === 'pen';
  const colours = isPen ? PEN_COLOURS : HIGHLIGHTER_COLOURS;
  const widths = isPen ? PEN_WIDTHS : HIGHLIGHTER_WIDTHS;
  const colour = isPen ? settings.penColour : settings.highlighterColour;
  const width = isPen ? settings.penWidth : settings.highlighterWidth;
  return (
    <Popover trapFocus positioning="below-start">
      <PopoverTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          className="ink-pen-choice"
          data-testid="pen-choice"
          aria-label={`${t('annotation.colourAndWidth')}: ${t(`annotation.colours.${colour}`)}, ${t('annotation.widthPoints', { width })}`}
          icon={<Swatch colour={colourValue(tool, colour)} width={Math.min(16, isPen ? width * 2 : width / 1.6)} />}
        />
      </PopoverTrigger>
      <PopoverSurface>
        <div className="ink-choices" role="group" aria-label={t('annotation.colour')}>
          {colours.map((each) => (
            <button
              key={each}
              type="button"
              className="ink-choice"
              aria-pressed={each === colour}
              aria-label={t(`annotation.colours.${each}`)}
              title={t(`annotation.colours.${each}`)}
              data-testid={`colour-${each}`}
              onClick={() => settings.set(isPen ? { penColour: each } : { highlighterColour: each })}
            >
              <Swatch colour={colourValue(tool, each)} width={20} />
            </button>
          ))}
        </div>
        <div className="ink-choices" role="group" aria-label={t('annotation.width')}>
          {widths.map((each) => (
            <button
              key={each}
              type="button"
              className="ink-choice"
              aria-pressed={each === width}
              aria-label={t('annotation.widthPoints', { width: each })}
              title={t('annotation.widthPoints', { width: each })}
              data-testid={`width-${each}`}
              onClick={() => settings.set(isPen ? { penWidth: each } : { highlighterWidth: each })}
            >
              <Swatch colour={colourValue(tool, colour)} width={isPen ? each * 2 : each / 1.3} />
            </button>
          ))}
        </div>
      </PopoverSurface>
    </Popover>
  );
}

function Swatch(props: { readonly colour: number; readonly width: number }): ReactNode {
  return (
    <span
      className="ink-swatch"
      style={{ width: props.width, height: props.width, backgroundColor: cssColour(props.colour) }}
    />
  );
}
