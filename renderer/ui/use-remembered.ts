import { useCallback, useState } from 'react';

/**
 * One of `choices`, kept on this laptop until chosen otherwise: how somebody likes the window, nothing of a meeting.
 * What was kept by another version and is no choice any more counts as nothing.
 */
export function useRemembered<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  first: Choice,
): [Choice, (choice: Choice) => void] {
  const key = `phien.view.${name}`;
  const [value, setValue] = useState<Choice>(() => {
    const kept = localStorage.getItem(key);
    return choices.find((choice) => choice === kept) ?? first;
  });
  const choose = useCallback(
    (choice: Choice) => {
      setValue(choice);
      try {
        localStorage.setItem(key, choice);
      } catch {
        // Full or blocked storage: the choice holds until the window closes.
      }
    },
    [key],
  );
  return [value, choose];
}
