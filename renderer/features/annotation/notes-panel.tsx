import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@fluentui/react-components';
import { Dismiss20Regular } from '@fluentui/react-icons';
import type { ReaderControls } from '../../ui/page-overlay.ts';
import { useInkSettings } from './ink-settings.ts';
import { useNotes } from './use-notes.ts';
import type { OpenLayer } from './use-sessions.ts';

/** All notes of the paper in reading order. */
export function NotesPanel(props: {
  readonly layers: readonly OpenLayer[];
  readonly reader: ReaderControls;
  colourOf(layer: OpenLayer): string;
}): ReactNode {
  const { layers, reader, colourOf } = props;
  const { t } = useTranslation();
  const hideOthers = useInkSettings((settings) => settings.hideOthers);
  const set = useInkSettings((settings) => settings.set);
  const notes = useNotes(layers).filter(({ layer }) => layer.own || !hideOthers);
  const damaged = layers.filter((layer) => layer.view.skipped() > 0);

  return (
    <aside className="notes-panel" aria-label={t('annotation.notes')} data-testid="notes-panel">
      <div className="notes-panel-head">
        <h3>{t('annotation.notes')}</h3>
        <Button
          appearance="subtle"
          icon={<Dismiss20Regular />}
          aria-label={t('annotation.closeNotes')}
          onClick={() => set({ listOpen: false })}
        />
      </div>
      {notes.length === 0 && <p className="notes-panel-empty">{t('annotation.noNotes')}</p>}
      <ul>
        {notes.map(({ note, layer }) => (
          <li key={`${layer.layer.document.doc.guid} ${note.id}`}>
            <button
              type="button"
              className="notes-panel-note"
              data-testid="notes-panel-note"
              style={{ borderLeftColor: colourOf(layer) }}
              onClick={() => {
                set({ openNote: note.id, revealNote: true });
                reader.goTo(note.page, 0, 0);
              }}
            >
              <span className="notes-panel-author">
                <strong>{layer.own ? t('annotation.me') : layer.layer.name}</strong>
                <span className={`note-badge note-badge-${layer.layer.visibility}`}>
                  {t(layer.layer.visibility === 'private' ? 'annotation.private' : 'annotation.shared')}
                </span>
                <span className="notes-panel-page">{t('annotation.page', { page: note.page })}</span>
              </span>
              <span className="notes-panel-text">{note.text === '' ? t('annotation.noteEmpty') : note.text}</span>
            </button>
          </li>
        ))}
      </ul>
      {damaged.map((layer) => (
        <p key={layer.layer.document.doc.guid} className="notes-panel-empty" role="status">
          {t('annotation.skipped', { count: layer.view.skipped(), name: layer.layer.name })}
        </p>
      ))}
    </aside>
  );
}
