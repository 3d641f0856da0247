import { useCallback, useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LockClosed20Filled, People20Filled } from '@fluentui/react-icons';
import { addNote, annotationId, removeAnnotations } from '../../../common/collab/annotations.ts';
import type { PageGeometry, PageOverlay, ReaderControls } from '../../ui/page-overlay.ts';
import { useInkSettings, writes, type InkTool } from './ink-settings.ts';
import { InkTools, useViewTools } from './ink-tools.tsx';
import { NEUTRAL_COLOUR, type AnnotationLayer, type Member, type OwnLayers } from './layer.ts';
import { NotesPanel } from './notes-panel.tsx';
import { OWN_CHANGE } from './own-history.ts';
import { PageInk } from './page-ink.tsx';
import { PageNotes } from './page-notes.tsx';
import { useOpenLayers, useOwnInk, type OpenLayer } from './use-sessions.ts';
import './annotation.css';

const TOOL_KEYS: Readonly<Record<string, InkTool>> = {
  v: 'select',
  p: 'pen',
  h: 'highlighter',
  n: 'note',
  e: 'eraser',
};

/**
 * Ink and notes over one paper. `own` is undefined for those who may only look (guests, an opened package). Give the
 * result to the reader.
 */
export function useAnnotation(props: {
  readonly layers: readonly AnnotationLayer[];
  readonly own: OwnLayers | undefined;
  readonly members: ReadonlyMap<string, Member>;
}): PageOverlay {
  const { members } = props;
  const { t } = useTranslation();
  const layers = useOpenLayers(props.layers, props.own);
  const own = useOwnInk(props.own);
  const tool = useInkSettings((settings) => settings.tool);
  const mode = useInkSettings((settings) => settings.mode);
  const listOpen = useInkSettings((settings) => settings.listOpen);
  const writing = own !== undefined && writes(tool);
  const spareTools = useViewTools();

  useEmptyNoteRemoval(layers);

  const colourOf = useCallback(
    (open: OpenLayer): string => members.get(open.layer.author)?.colour ?? NEUTRAL_COLOUR,
    [members],
  );

  const renderPage = useCallback(
    (geometry: PageGeometry): ReactNode => (
      <>
        <PageInk geometry={geometry} layers={layers} own={own} colourOf={colourOf} />
        <PageNotes geometry={geometry} layers={layers} colourOf={colourOf} />
      </>
    ),
    [layers, own, colourOf],
  );

  function onKey(event: KeyboardEvent, reader: ReaderControls): boolean {
    const target = event.target as HTMLElement;
    // In a text field all keys belong to the text, its own undo included.
    if (own === undefined || target.closest('input, textarea, [contenteditable="true"]') !== null) return false;
    const settings = useInkSettings.getState();
    const key = event.key.toLowerCase();
    if (event.ctrlKey && !event.altKey) {
      if (key === 'z' && !event.shiftKey) own.history.undo();
      else if (key === 'y' || (key === 'z' && event.shiftKey)) own.history.redo();
      else return false;
      return true;
    }
    if (event.altKey || event.metaKey) return false;
    if (key === 'escape' && settings.tool !== 'select') {
      settings.set({ tool: 'select' });
      return true;
    }
    if (key === 'enter' && settings.tool === 'note' && target === reader.stage) {
      placeNoteByKey(reader);
      return true;
    }
    const chosen = TOOL_KEYS[key];
    if (chosen === undefined) return false;
    settings.set({ tool: chosen });
    return true;
  }

  /** Without a mouse the note goes near the top left of the page being read. */
  function placeNoteByKey(reader: ReaderControls): void {
    const doc = own?.layers[mode].document.doc;
    if (doc === undefined) return;
    const id = annotationId(Date.now(), Math.random);
    addNote(doc, { id, page: reader.page, x: 60, y: 700, at: Date.now(), text: '' }, OWN_CHANGE);
    useInkSettings.getState().set({ openNote: id, revealNote: true, tool: 'select' });
  }

  return {
    tools: own === undefined ? null : <InkTools own={own} />,
    spareTools,
    renderPanel: (reader) => (listOpen ? <NotesPanel layers={layers} reader={reader} colourOf={colourOf} /> : null),
    banner: writing ? (
      <div className={`ink-banner ink-banner-${mode}`} role="status" data-testid="ink-banner">
        {mode === 'private' ? <LockClosed20Filled /> : <People20Filled />}
        {t(`annotation.${mode}Banner`)}
      </div>
    ) : null,
    className: writing ? `ink-frame ink-frame-${mode}` : '',
    renderPage,
    onKey,
  };
}

/** A note that is closed with nothing in it was a slip of the mouse. */
function useEmptyNoteRemoval(layers: readonly OpenLayer[]): void {
  const openNote = useInkSettings((settings) => settings.openNote);
  const before = useRef(openNote);
  useEffect(() => {
    const closed = before.current;
    before.current = openNote;
    if (closed === undefined || closed === openNote) return;
    for (const { own, view, layer } of layers) {
      const note = own ? view.notes().find(({ id }) => id === closed) : undefined;
      if (note?.text.trim() === '') removeAnnotations(layer.document.doc, [closed], OWN_CHANGE);
    }
  }, [openNote, layers]);
}
