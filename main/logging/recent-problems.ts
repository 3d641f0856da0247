import { errnoNames } from './errno-names.ts';
import type { LogFields, Logger } from './logger.ts';

/** What was warned of lately, without what it was about. */
export interface RecentProblem {
  /** RFC 3339, the last time. */
  readonly at: string;
  readonly level: 'warn' | 'error';
  readonly event: string;
  readonly code: string | null;
  readonly times: number;
}

export interface RememberingLogger extends Logger {
  /** Newest first. */
  problems(): readonly RecentProblem[];
}

/** Different ones; the one that is longest ago is forgotten. */
const MAX_PROBLEMS = 40;

/** Logs to `logger`, and remembers event and code of what was warned of. `isCode`: the application's own error codes. */
export function rememberProblems(logger: Logger, isCode: (text: string) => boolean): RememberingLogger {
  const recent = new Map<string, RecentProblem>();

  function codeIn(fields: LogFields | undefined, error: unknown): string | null {
    const given = [fields?.['code'], fields?.['reason'], fields?.['problem'], codeOf(error)];
    for (const value of given) {
      if (typeof value === 'number' && value >= 4400 && value < 4600) return String(value);
      if (typeof value === 'string' && (isCode(value) || isSystemCode(value))) return value;
    }
    return null;
  }

  const remember = (level: RecentProblem['level']) => (event: string, fields?: LogFields, error?: unknown) => {
    logger[level](event, fields, error);
    const code = codeIn(fields, error);
    const key = `${level} ${event} ${code}`;
    const times = (recent.get(key)?.times ?? 0) + 1;
    recent.delete(key);
    recent.set(key, { at: new Date().toISOString(), level, event, code, times });
    for (const oldest of recent.keys()) {
      if (recent.size <= MAX_PROBLEMS) break;
      recent.delete(oldest);
    }
  };

  return {
    debug: (event, fields) => logger.debug(event, fields),
    info: (event, fields) => logger.info(event, fields),
    warn: remember('warn'),
    error: remember('error'),
    problems: () => [...recent.values()].toReversed(),
  };
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const isSystemCode = (text: string): boolean => errnoNames.has(text) || /^(ERR|SQLITE)_[A-Z_]{2,40}$/.test(text);
