import { getSystemErrorMap } from 'node:util';

/** `ENOSPC` and the like, as this system knows them. */
export const errnoNames: ReadonlySet<string> = new Set([...getSystemErrorMap().values()].map(([name]) => name));
