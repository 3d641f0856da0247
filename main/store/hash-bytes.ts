import { hash } from 'node:crypto';
import { asSha256, type Sha256 } from '../../common/domain/ids.ts';

/** Hashes are hexadecimal in the program and 32 bytes in the database. */
export const hashBytes = (hash: Sha256): Buffer => Buffer.from(hash, 'hex');
export const hashFrom = (bytes: Uint8Array): Sha256 => asSha256(Buffer.from(bytes).toString('hex'));

export const sha256 = (data: string | Uint8Array): Sha256 => asSha256(hash('sha256', data, 'hex'));
