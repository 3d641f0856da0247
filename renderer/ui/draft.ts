/** What somebody typed into a field whose value others may change meanwhile. */
export interface Draft {
  readonly text: string;
  /** It was given to whoever keeps the value, and is no reason to write it again. */
  readonly written: boolean;
}

/** The draft that a field still shows; null: the value, which has come to say the same or was never departed from. */
export const pending = (draft: Draft | null, value: string): Draft | null => (draft?.text === value ? null : draft);

/** What has to be written: only what was typed since it was written last, whatever the value has become. */
export const unwritten = (draft: Draft | null, value: string): string | null =>
  draft === null || draft.written || draft.text === value ? null : draft.text;
