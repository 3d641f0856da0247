import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type * as Y from 'yjs';
import type { StreamHead } from '../../common/acts/entry.ts';
import { documentContent } from '../../common/collab/document-content.ts';
import { asSha256, type Sha256 } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';

/**
 * One number for all that the laptops of a meeting have to agree on: how far every stream goes and its last hash, what
 * the shared documents say, and the state that follows from the acts. SHA-256 over JCS (RFC 8785). Two laptops with the
 * same number are in step; changes that are not signed yet make it differ.
 */
export function stateHash(
  heads: readonly StreamHead[],
  documents: ReadonlyMap<string, Y.Doc>,
  state: MeetingState | undefined,
): Sha256 {
  const streams = heads.map(({ author, stream, seq, hash }) => `${author} ${stream} ${seq} ${hash}`).sort();
  const contents = Object.fromEntries([...documents].map(([name, doc]) => [name, documentContent(name, doc)]));
  const text = canonicalize({ streams, contents, state: state ?? null });
  if (text === undefined) throw new Error('a state that is no JSON');
  return asSha256(createHash('sha256').update(text).digest('hex'));
}

/** The shared documents that something was written into. */
export function documentNames(heads: readonly StreamHead[]): string[] {
  const names = heads.flatMap(({ stream }) => (stream.startsWith('doc/') ? [stream.slice('doc/'.length)] : []));
  return [...new Set(names)].sort();
}
