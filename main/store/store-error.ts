/** Why the store can't be opened or written; each has a sentence in i18n under `errors.*`. */
export type StoreErrorCode =
  /** Written by a newer version of the application. Nothing was changed. */
  | 'store-from-future'
  /** The file is no database, fails its integrity check, or a stored entry no longer matches its hash. */
  | 'store-damaged'
  /** Another running application has this data folder open. */
  | 'store-in-use'
  /** A sound SQLite database, but of another application. */
  | 'store-not-ours'
  | 'store-unwritable'
  | 'disk-full';

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** Tells failures of disk and file, which people can do something about, from bugs: those give undefined. */
export function asStoreError(error: unknown): StoreError | undefined {
  if (error instanceof StoreError) return error;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const code = storeErrorCode(error.code);
  return code && new StoreError(code, error.message, { cause: error });
}

function storeErrorCode(code: string): StoreErrorCode | undefined {
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') return 'disk-full';
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return 'store-damaged';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'store-in-use';
  if (['EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOTDIR', 'EEXIST'].includes(code)) return 'store-unwritable';
  if (/^SQLITE_(READONLY|CANTOPEN|IOERR|PERM)/.test(code)) return 'store-unwritable';
  return undefined;
}
