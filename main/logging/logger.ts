/** What may be logged: names, numbers, codes. Never contents (texts, ballots, papers), never keys or PINs. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * `event` says what happened, in English, always the same words for the same thing; what differs goes into `fields`.
 * Logging never throws and never waits.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields, error?: unknown): void;
  error(event: string, fields?: LogFields, error?: unknown): void;
}
