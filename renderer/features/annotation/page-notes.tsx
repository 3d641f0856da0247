import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@fluentui/react-components';
import { Delete20Regular, Dismiss20Regular, LockClosed16Regular, Note20Filled } from '@fluentui/react-icons';
import { removeAnnotations } from '../../../common/collab/annotations.ts';
import type { PageGeometry } from '../../ui/page-overlay.ts';
import { useInkSettings } from './ink-settings.ts';
import { NoteText } from './note-text.tsx';
import { OWN_CHANGE } from './own-history.ts';
import { toScreen } from './page-transform.ts';
import { useNotes, type PlacedNote } from './use-notes.ts';
import type { OpenLayer } from './use-sessions.ts';

/** CSS pixels; the same as in annotation.css. */
const MARKER = 32;
const CARD_WIDTH = 280;

/** Text notes on one page: a marker each, and the card of the one that is open. */
export function PageNotes(props: {
  readonly geometry: PageGeometry;
  readonly layers: readonly OpenLayer[];
  colourOf(layer: OpenLayer): string;
}): ReactNode {
  const { geometry, colourOf } = props;
  const { t } = useTranslation();
  const hideOthers = useInkSettings((settings) => settings.hideOthers);
  const openNote = useInkSettings((settings) => settings.openNote);
  const set = useInkSettings((settings) => settings.set);
  const notes = useNotes(props.layers).filter(
    ({ note, layer }) => note.page === geometry.page && (layer.own || !hideOthers),
  );

  return notes.map((placed) => {
    const { note, layer } = placed;
    const [left, top] = toScreen(geometry.transform, note.x, note.y);
    const isPrivate = layer.layer.visibility === 'private';
    const open = note.id === openNote;
    const place = {
      left: Math.min(Math.max(0, left - MARKER / 2), geometry.width - MARKER),
      top: Math.min(Math.max(0, top - MARKER / 2), geometry.height - MARKER),
    };
    return (
      <div key={`${layer.layer.document.doc.guid} ${note.id}`} className="note" data-open={open} style={place}>
        <button
          type="button"
          className={`note-marker note-${layer.layer.visibility}`}
          data-testid="note-marker"
          aria-expanded={open}
          aria-label={
            layer.own
              ? t('annotation.myNote', { page: note.page })
              : t('annotation.noteBy', { name: layer.layer.name, page: note.page })
          }
          style={{ color: isPrivate ? undefined : colourOf(layer) }}
          onClick={() => set({ openNote: open ? undefined : note.id })}
        >
          <Note20Filled />
          {isPrivate && <LockClosed16Regular className="note-lock" />}
        </button>
        {open && (
          <NoteCard
            placed={placed}
            colour={colourOf(layer)}
            shift={Math.min(0, geometry.width - place.left - CARD_WIDTH)}
            onClose={() => set({ openNote: undefined })}
          />
        )}
      </div>
    );
  });
}

function NoteCard(props: {
  readonly placed: PlacedNote;
  readonly colour: string;
  /** Moves the card left, CSS pixels, so that it stays on the page. */
  readonly shift: number;
  onClose(): void;
}): ReactNode {
  const { layer, note } = props.placed;
  const { t } = useTranslation();
  const { doc } = layer.layer.document;
  const isPrivate = layer.layer.visibility === 'private';
  const [isNew] = useState(note.text === '');
  const card = useRef<HTMLDivElement>(null);
  const close = (): void => {
    // Back to where it was opened, before the card takes the focus with it.
    card.current?.parentElement?.querySelector<HTMLElement>('.note-marker')?.focus({ preventScroll: true });
    props.onClose();
  };

  useEffect(() => {
    const { revealNote, set } = useInkSettings.getState();
    if (!revealNote) return;
    set({ revealNote: false });
    card.current?.scrollIntoView({ block: 'center', inline: 'nearest' });
  }, []);

  return (
    <div
      ref={card}
      className={`note-card note-card-${layer.layer.visibility}`}
      role="dialog"
      aria-label={t('annotation.noteText')}
      data-testid="note-card"
      style={{ left: props.shift, borderTopColor: props.colour }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
      <div className="note-card-head">
        <strong>{layer.own ? t('annotation.me') : layer.layer.name}</strong>
        <span className={`note-badge note-badge-${layer.layer.visibility}`}>
          {t(isPrivate ? 'annotation.private' : 'annotation.shared')}
        </span>
        {layer.own && (
          <Button
            appearance="subtle"
            icon={<Delete20Regular />}
            aria-label={t('annotation.deleteNote')}
            data-testid="delete-note"
            onClick={() => {
              removeAnnotations(doc, [note.id], OWN_CHANGE);
              props.onClose();
            }}
          />
        )}
        <Button
          appearance="subtle"
          icon={<Dismiss20Regular />}
          aria-label={t('annotation.closeNote')}
          data-testid="close-note"
          onClick={close}
        />
      </div>
      {layer.own ? (
        <NoteText doc={doc} note={note} focused={isNew} />
      ) : (
        <p className="note-card-text">{note.text === '' ? t('annotation.noteEmpty') : note.text}</p>
      )}
    </div>
  );
}
