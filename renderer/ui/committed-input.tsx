import { Input, Textarea, type InputProps } from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';
import { cutText } from '../../common/collab/cut-text.ts';
import { pending, unwritten, type Draft } from './draft.ts';

/** Milliseconds without typing after which what was typed is written. */
const IDLE = 700;

interface Committed {
  readonly value: string;
  /** What is beyond is cut off as it is typed or pasted. */
  readonly maxLength: number;
  readonly onCommit: (value: string) => void;
}

/** Text being typed here, and the shared value while nobody types: others' changes appear, ours are not overwritten. */
function useCommitted({ value, maxLength, onCommit }: Committed) {
  const [typed, setDraft] = useState<Draft | null>(null);
  const draft = pending(typed, value);
  if (draft !== typed) setDraft(draft);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef({ draft, value, onCommit });
  useEffect(() => {
    latest.current = { draft, value, onCommit };
  });
  const commit = (): void => {
    clearTimeout(timer.current);
    const now = latest.current;
    const text = unwritten(now.draft, now.value);
    if (text === null) return;
    const written = { text, written: true };
    latest.current = { ...now, draft: written };
    setDraft(written);
    now.onCommit(text);
  };
  // Leaving the screen or closing the window in the middle of a word loses nothing.
  useEffect(() => {
    window.addEventListener('pagehide', commit);
    return () => {
      window.removeEventListener('pagehide', commit);
      commit();
    };
  }, []);
  return {
    shown: draft?.text ?? value,
    type(text: string): void {
      setDraft({ text: cutText(text, maxLength), written: false });
      clearTimeout(timer.current);
      timer.current = setTimeout(commit, IDLE);
    },
    leave(): void {
      commit();
      setDraft(null);
    },
    commit,
  };
}

export function CommittedInput(
  props: Committed & Omit<InputProps, 'value' | 'onChange' | 'onBlur' | 'defaultValue'> & { 'data-testid'?: string },
) {
  const { value, onCommit, ...rest } = props;
  const text = useCommitted({ value, maxLength: rest.maxLength, onCommit });
  return (
    <Input
      {...rest}
      value={text.shown}
      onChange={(_, data) => text.type(data.value)}
      onBlur={text.leave}
      onKeyDown={(event) => {
        if (event.key === 'Enter') text.commit();
      }}
    />
  );
}

export function CommittedTextarea(
  props: Committed & {
    readonly rows?: number;
    readonly 'aria-label'?: string;
    readonly placeholder?: string;
    readonly 'data-testid'?: string;
  },
) {
  const { value, onCommit, ...rest } = props;
  const text = useCommitted({ value, maxLength: rest.maxLength, onCommit });
  return (
    <Textarea
      resize="vertical"
      {...rest}
      value={text.shown}
      onChange={(_, data) => text.type(data.value)}
      onBlur={text.leave}
    />
  );
}
