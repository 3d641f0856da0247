import { Input, Textarea, type InputProps } from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';

/** Milliseconds without typing after which what was typed is written. */
const IDLE = 700;

interface Committed {
  readonly value: string;
  readonly onCommit: (value: string) => void;
}

/** Text being typed here, and the shared value while nobody types: others' changes appear, ours are not overwritten. */
function useCommitted({ value, onCommit }: Committed) {
  const [draft, setDraft] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef({ draft, value, onCommit });
  useEffect(() => {
    latest.current = { draft, value, onCommit };
  });
  const commit = (): void => {
    clearTimeout(timer.current);
    const now = latest.current;
    if (now.draft !== null && now.draft !== now.value) now.onCommit(now.draft);
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
    shown: draft ?? value,
    type(text: string): void {
      setDraft(text);
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
  const text = useCommitted({ value, onCommit });
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
  const text = useCommitted({ value, onCommit });
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
