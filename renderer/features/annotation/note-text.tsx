import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Textarea } from '@fluentui/react-components';
import type * as Y from 'yjs';
import { MAX_NOTE_LENGTH, setNoteText, type TextNote } from '../../../common/collab/annotations.ts';
import { OWN_CHANGE } from './own-history.ts';

/** Typing is written to the document after this pause, so that a note is a few changes and not one a letter. */
const TYPING_PAUSE = 800;

/**
 * The text of an own note. A plain text field that is never written to while it is used: Vietnamese keyboards replace
 * letters already typed, which breaks when a program touches the field meanwhile.
 */
export function NoteText(props: {
  readonly doc: Y.Doc;
  readonly note: TextNote;
  /** Put the cursor there at once. */
  readonly focused: boolean;
}): ReactNode {
  const { doc, note, focused } = props;
  const { t } = useTranslation();
  const [text, setText] = useState(note.text);
  const field = useRef<HTMLTextAreaElement>(null);
  const typed = useRef<string>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    // Once the card has its place, or the paper would jump.
    if (focused) field.current?.focus({ preventScroll: true });
  }, [focused]);

  // An undo, or this person's other window, changed it.
  useEffect(() => {
    if (typed.current === undefined) setText(note.text);
  }, [note.text]);

  function write(): void {
    clearTimeout(timer.current);
    if (typed.current !== undefined) setNoteText(doc, note.id, typed.current, OWN_CHANGE);
    typed.current = undefined;
  }
  const writeNow = useRef(write);
  writeNow.current = write;
  // The window may be closed in the middle of a word.
  useEffect(() => {
    const now = (): void => writeNow.current();
    window.addEventListener('pagehide', now);
    return () => {
      window.removeEventListener('pagehide', now);
      now();
    };
  }, []);

  return (
    <Textarea
      textarea={{ ref: field }}
      data-testid="note-text"
      aria-label={t('annotation.noteText')}
      placeholder={t('annotation.notePlaceholder')}
      rows={4}
      maxLength={MAX_NOTE_LENGTH}
      value={text}
      onChange={(_, data) => {
        setText(data.value);
        typed.current = data.value;
        clearTimeout(timer.current);
        timer.current = setTimeout(() => writeNow.current(), TYPING_PAUSE);
      }}
      onBlur={write}
    />
  );
}
