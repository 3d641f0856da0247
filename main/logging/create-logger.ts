import { join } from 'node:path';
import pino from 'pino';
import { formatError } from './format-error.ts';
import type { LogFields, Logger } from './logger.ts';
import { rotatingFile } from './rotating-file.ts';
import { isSecretName, withoutSecrets } from './without-secrets.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export const isLogLevel = (text: string): text is LogLevel => ['debug', 'info', 'warn', 'error'].includes(text);

/** Bytes of one log file; with the two older ones the log stays below 6 MB. */
const MAX_FILE_BYTES = 2_000_000;
const OLDER_FILES = 2;
const MAX_FIELD = 300;

/** JSON lines to standard error: for hosts without windows, whose standard output is for answers. */
export function consoleLogger(level: LogLevel = 'info'): Logger {
  return loggerTo({ write: (line) => void process.stderr.write(line) }, level);
}

/** JSON lines to `<dataDir>/logs/phien.log`, bounded in size. */
export function fileLogger(dataDir: string, level: LogLevel = 'info'): Logger & { close(): void } {
  const file = rotatingFile(join(dataDir, 'logs', 'phien.log'), MAX_FILE_BYTES, OLDER_FILES);
  return { ...loggerTo(file, level), close: () => file.close() };
}

/** Each line goes to `destination` as one `write`, ending in a line end. */
export function loggerTo(destination: { write(line: string): void }, level: LogLevel): Logger {
  const pinoLogger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  const log = (at: LogLevel) => (event: string, fields?: LogFields, error?: unknown) => {
    try {
      const told = error === undefined ? {} : { error: formatError(error) };
      pinoLogger[at]({ ...cleaned(fields), ...told }, withoutSecrets(event, MAX_FIELD));
    } catch {
      // A log that fails must not stop what it tells about.
    }
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function cleaned(fields: LogFields = {}): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (isSecretName(name)) return [name, '[withheld]'];
      return [name, typeof value === 'string' ? withoutSecrets(value, MAX_FIELD) : plain(value)];
    }),
  );
}

/** Types promise nothing else; a wrong call must not print an object's contents. */
const plain = (value: unknown) =>
  value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : '[withheld]';
