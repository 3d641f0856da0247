import { withoutSecrets } from './without-secrets.ts';

export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
  /** Of an AggregateError, such as all addresses of a host that failed. */
  readonly errors?: readonly LoggedError[];
}

const MAX_DEPTH = 5;
const MAX_MESSAGE = 500;
const MAX_STACK_LINES = 12;

/** Anything thrown, in one form, with its causes; bounded and without secrets. Never throws. */
export function formatError(error: unknown, depth = 0): LoggedError {
  try {
    return format(error, depth);
  } catch {
    return { name: 'Unprintable', message: '' };
  }
}

function format(error: unknown, depth: number): LoggedError {
  if (!(error instanceof Error)) return { name: typeof error, message: textOf(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const goOn = depth < MAX_DEPTH;
  return {
    name: String(error.name),
    message: textOf(error.message),
    ...(code !== undefined && { code: textOf(code) }),
    ...(error.stack !== undefined && { stack: framesOf(error.stack) }),
    ...(goOn && error.cause !== undefined && { cause: formatError(error.cause, depth + 1) }),
    ...(goOn &&
      error instanceof AggregateError && {
        errors: error.errors.slice(0, 5).map((each) => formatError(each, depth + 1)),
      }),
  };
}

const textOf = (text: string): string => withoutSecrets(String(text), MAX_MESSAGE);

/** Only the frames: the message stands elsewhere, cleaned. */
function framesOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames
    .slice(0, MAX_STACK_LINES)
    .map((line) => line.trim())
    .join('\n');
}
