import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { removeAwarenessStates, type Awareness } from 'y-protocols/awareness';
import type { MemberId } from '../../common/domain/ids.ts';
import { MAX_AWARENESS_CHARACTERS, MAX_AWARENESS_RATE } from '../../common/wire/link.ts';
import { createRate } from './rate.ts';

/**
 * What one connection may say in a document's awareness: states of its own clients, small, not too often, and under
 * its own member's name. Stock y-websocket clients send back what they hear of others; that is left out, not punished.
 */
export interface AwarenessGate {
  /** Of the change when `close` removes what the connection said. */
  readonly origin: object;
  /** The part of an awareness update to apply now, null when there is none, or `malformed`. */
  admit(update: Uint8Array): Uint8Array | null | 'malformed';
  /** What was held back by the rate and may be applied now. */
  held(): Uint8Array | null;
  readonly holding: boolean;
  /** Removes what the connection said. */
  close(): void;
}

interface ClientState {
  readonly clock: number;
  readonly state: Record<string, unknown> | null;
}

/** A laptop's engine and its windows are clients of their own. */
const MAX_CLIENTS = 16;
const MAX_ENTRIES = 4000;
const MAX_DEPTH = 12;

/** Which connection speaks for a client id, per document. */
const owners = new WeakMap<Awareness, Map<number, object>>();

export function createAwarenessGate(awareness: Awareness, member: MemberId, now?: () => number): AwarenessGate {
  const self = {};
  const owned = new Set<number>();
  const rate = createRate(MAX_AWARENESS_RATE, MAX_AWARENESS_RATE, now);
  let waiting = new Map<number, ClientState>();
  const owner = owners.get(awareness) ?? new Map<number, object>();
  owners.set(awareness, owner);

  function mine(client: number, clock: number): boolean {
    if (owned.has(client)) return true;
    if (owner.has(client) || client === awareness.clientID || owned.size >= MAX_CLIENTS) return false;
    // An echo of someone who just left is never newer than what is known of them.
    if (clock <= (awareness.meta.get(client)?.clock ?? 0)) return false;
    owned.add(client);
    owner.set(client, self);
    return true;
  }

  function release(client: number): void {
    owned.delete(client);
    owner.delete(client);
  }

  return {
    origin: self,
    get holding() {
      return waiting.size > 0;
    },
    admit(update) {
      const fresh = new Map<number, ClientState>();
      try {
        const decoder = decoding.createDecoder(update);
        const count = decoding.readVarUint(decoder);
        if (count > MAX_ENTRIES) return 'malformed';
        for (let index = 0; index < count; index++) {
          const client = decoding.readVarUint(decoder);
          const clock = decoding.readVarUint(decoder);
          if (decoding.peekVarUint(decoder) > 4 * MAX_AWARENESS_CHARACTERS) return 'malformed';
          const text = decoding.readVarString(decoder);
          if (text.length > MAX_AWARENESS_CHARACTERS) return 'malformed';
          if (!mine(client, clock)) continue;
          const state: unknown = JSON.parse(text);
          if (typeof state !== 'object' || Array.isArray(state) || tooDeep(state, MAX_DEPTH)) return 'malformed';
          fresh.set(client, { clock, state: state === null ? null : { ...state, member } });
          // A window was closed; the next one is a new client.
          if (state === null) release(client);
        }
        if (decoding.hasContent(decoder)) return 'malformed';
      } catch {
        return 'malformed';
      }
      if (fresh.size === 0) return null;
      if (rate.take()) {
        for (const client of fresh.keys()) waiting.delete(client);
        return encodeStates(fresh);
      }
      for (const [client, state] of fresh) waiting.set(client, state);
      return null;
    },
    held() {
      if (waiting.size === 0 || !rate.take()) return null;
      const due = waiting;
      waiting = new Map();
      return encodeStates(due);
    },
    close() {
      // Also those that had been here before over another connection: y-protocols calls them updated, not added.
      removeAwarenessStates(awareness, [...owned], self);
      for (const client of [...owned]) release(client);
      waiting.clear();
    },
  };
}

function encodeStates(states: ReadonlyMap<number, ClientState>): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, states.size);
  for (const [client, { clock, state }] of states) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, JSON.stringify(state));
  }
  return encoding.toUint8Array(encoder);
}

function tooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => tooDeep(part, levels - 1));
}
