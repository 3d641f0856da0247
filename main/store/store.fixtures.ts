import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { payloadBytes, type Entry, type EntryPayload, type Stream } from '../../common/acts/entry.ts';
import { asMeetingId, asMemberId, type Sha256 } from '../../common/domain/ids.ts';
import { sha256 } from './hash-bytes.ts';

/** For tests: a folder that goes with `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'phien-store-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const MEETING = asMeetingId('abcdefghijklmnopqrstuvwxyz');
export const LAN = asMemberId('11111111-1111-4111-8111-111111111111');
export const MINH = asMemberId('22222222-2222-4222-8222-222222222222');

export const INK: Stream = `doc/ink/${'a'.repeat(64)}/${LAN}`;

/**
 * An entry as the store keeps it: right in form and hash; nobody signed it, and the store doesn't look. `padding`:
 * characters that its signature has and doesn't need.
 */
export function sealed(payload: EntryPayload, padding = 0): Entry {
  const part = (value: string | Uint8Array) => Buffer.from(value).toString('base64url');
  const header = part('{"alg":"PS256","typ":"phien-entry"}');
  const jws = `${header}.${part(payloadBytes(payload))}.${part(`signature of ${payload.author}`)}${'A'.repeat(padding)}`;
  return { hash: sha256(jws), jws, certificate: sha256(payload.author), payload };
}

export function sealedAct(seq: number, prev: Sha256 | null, change: Partial<EntryPayload> = {}): Entry {
  return sealed({
    v: 1,
    meeting: MEETING,
    author: LAN,
    stream: 'acts',
    seq,
    prev,
    time: '2026-03-02T01:00:00.000Z',
    kind: 'absence-reported',
    body: { reason: `bận công tác ${seq}` },
    ...change,
  });
}

export function sealedChain(length: number, change: Partial<EntryPayload> = {}): Entry[] {
  const entries: Entry[] = [];
  for (let seq = 1; seq <= length; seq++) entries.push(sealedAct(seq, entries.at(-1)?.hash ?? null, change));
  return entries;
}
