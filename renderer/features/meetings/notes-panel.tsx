import { Textarea } from '@fluentui/react-components';
import { LockClosed20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type * as Y from 'yjs';
import type { MeetingId } from '../../../common/domain/ids.ts';
import { useDocument, useSynced, useYjs } from '../../collab/open-document.ts';
import { replaceText } from '../../collab/replace-text.ts';
import styles from './panel.module.css';

const noteOf = (doc: Y.Doc): Y.Text => doc.getText('notes');
const readNote = (doc: Y.Doc): string => noteOf(doc).toString();

/** Private notes: a document that never leaves this laptop. */
export function NotesPanel({ meeting }: { readonly meeting: MeetingId }) {
  const { t } = useTranslation();
  const document = useDocument(`${meeting}/private/notes`);
  const synced = useSynced(document);
  const text = useYjs(document?.doc ?? null, readNote, '');
  return (
    <>
      <p className={styles['private']}>
        <LockClosed20Regular aria-hidden /> {t('meeting.notesPrivate')}
      </p>
      <Textarea
        className={styles['notes']}
        aria-label={t('meeting.notes')}
        placeholder={t('meeting.notesPlaceholder')}
        disabled={!synced}
        resize="vertical"
        value={text}
        onChange={(_, { value }) => {
          if (document) replaceText(noteOf(document.doc), value);
        }}
        data-testid="private-notes"
      />
      <p className={styles['quiet']}>{t('meeting.notesOnPages')}</p>
    </>
  );
}
