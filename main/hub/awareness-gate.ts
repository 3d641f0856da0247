import * as decoding from 'lib0/decoding';
import { removeAwarenessStates, type Awareness } from 'y-protocols/awareness';
import { mayBeClientOf } from '../../common/collab/client-id.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { MAX_AWARENESS_CHARACTERS, MAX_AWARENESS_RATE, MAX_AWARENESS_VOLUME } from '../../common/wire/link.ts';
import { createRate } from './rate.ts';

/**
 * What one connection may say in a document's awareness: states of its own clients, small, not too often, and under
 * its own member's name. Stock y-websocket clients send back what they hear of others; that is left out, not punished.
 */
export interface AwarenessGate {
  /** Of the changes that the connection makes, and of the one when `close` removes what it said. */
  readonly origin: SaidBy;
  /** Applies what may be said of the awareness update in `message`; false for a malformed one. */
  admit(update: Uint8Array, message: Uint8Array): boolean;
  /** Applies what was held back by the rate, if it may be applied now. */
  advance(): void;
  readonly holding: boolean;
  /** Removes what the connection said. */
  close(): void;
}

/** Stands for a connection as the origin of a change. */
export interface SaidBy {
  /** The message that the change was said with, where it says that and no more: others can be told with the same bytes. */
  exactly: Uint8Array | undefined;
}

interface ClientState {
  readonly clock: number;
  readonly state: Record<string, unknown> | null;
  /** Characters. */
  readonly size: number;
}

/** A laptop's engine and its windows are clients of their own. */
const MAX_CLIENTS = 16;
/** Client ids that a connection may come with, one after the other: all who listen remember each. At once, and a second. */
const NEW_CLIENTS = 64;
const NEW_CLIENTS_PER_SECOND = 1;
/** Of a document, whose last words are remembered, so that an echo of them is known for what it is; the last ones. */
const MAX_GONE = 1000;
const MAX_ENTRIES = 4000;
const MAX_DEPTH = 12;

/** Which connection speaks for a client id, per document. */
const owners = new WeakMap<Awareness, Map<number, object>>();
/** Clients that nobody speaks for any more, those that left longest ago first. */
const leavers = new WeakMap<Awareness, Set<number>>();

/** `member`: whose name is written into every state; null where the document says whose it is. */
export function createAwarenessGate(awareness: Awareness, member: MemberId | null, now?: () => number): AwarenessGate {
  const self: SaidBy = { exactly: undefined };
  const owned = new Set<number>();
  const rate = createRate(MAX_AWARENESS_RATE, MAX_AWARENESS_RATE, now);
  const volume = createRate(MAX_AWARENESS_VOLUME, 4 * MAX_AWARENESS_VOLUME, now);
  let waiting = new Map<number, ClientState>();
  const owner = owners.get(awareness) ?? new Map<number, object>();
  owners.set(awareness, owner);
  const newClients = createRate(NEW_CLIENTS_PER_SECOND, NEW_CLIENTS, now);
  const gone = leavers.get(awareness) ?? new Set<number>();
  leavers.set(awareness, gone);

  function mine(client: number, clock: number, leaves: boolean): boolean {
    if (owned.has(client)) return true;
    if (owner.has(client) || client === awareness.clientID || owned.size >= MAX_CLIENTS) return false;
    // Whose id says that it is another's could silence that one, who comes back with it after a cut.
    if (leaves || (member !== null && !mayBeClientOf(client, member))) return false;
    // An echo of someone who just left is never newer than what is known of them.
    if (clock <= (awareness.meta.get(client)?.clock ?? 0) || !newClients.take()) return false;
    gone.delete(client);
    owned.add(client);
    owner.set(client, self);
    return true;
  }

  const named = (state: Record<string, unknown> | null) =>
    state === null || member === null ? state : { ...state, member };

  function release(client: number): void {
    owned.delete(client);
    owner.delete(client);
    gone.add(client);
  }

  function mayApply(said: ReadonlyMap<number, ClientState>): boolean {
    const characters = [...said.values()].reduce((sum, { size }) => sum + size, 0);
    return volume.take(characters) && rate.take();
  }

  /** y-protocols remembers everybody for ever. */
  function forgetGone(): void {
    for (const client of gone) {
      if (gone.size <= MAX_GONE) return;
      gone.delete(client);
      awareness.meta.delete(client);
    }
  }

  return {
    origin: self,
    get holding() {
      return waiting.size > 0;
    },
    admit(update, message) {
      const fresh = new Map<number, ClientState>();
      let count = 0;
      try {
        const decoder = decoding.createDecoder(update);
        count = decoding.readVarUint(decoder);
        if (count > MAX_ENTRIES) return false;
        for (let index = 0; index < count; index++) {
          const client = decoding.readVarUint(decoder);
          const clock = decoding.readVarUint(decoder);
          if (decoding.peekVarUint(decoder) > 4 * MAX_AWARENESS_CHARACTERS) return false;
          const text = decoding.readVarString(decoder);
          if (text.length > MAX_AWARENESS_CHARACTERS) return false;
          if (!mine(client, clock, text === 'null')) continue;
          const state: unknown = JSON.parse(text);
          if (typeof state !== 'object' || Array.isArray(state) || tooDeep(state, MAX_DEPTH)) return false;
          fresh.set(client, { clock, state: named(state as Record<string, unknown> | null), size: text.length });
          // A window was closed; the next one is a new client.
          if (state === null) release(client);
        }
        if (decoding.hasContent(decoder)) return false;
      } catch {
        return false;
      }
      if (fresh.size === 0) return true;
      if (mayApply(fresh)) {
        for (const client of fresh.keys()) waiting.delete(client);
        const isNews = [...fresh].every(([client, { clock }]) => clock > (awareness.meta.get(client)?.clock ?? 0));
        if (member === null && isNews && fresh.size === count) self.exactly = message;
        apply(awareness, fresh, self);
        self.exactly = undefined;
      } else for (const [client, state] of fresh) waiting.set(client, state);
      forgetGone();
      return true;
    },
    advance() {
      if (waiting.size === 0 || !mayApply(waiting)) return;
      const due = waiting;
      waiting = new Map();
      apply(awareness, due, self);
    },
    close() {
      // Also those that had been here before over another connection: y-protocols calls them updated, not added.
      removeAwarenessStates(awareness, [...owned], self);
      for (const client of [...owned]) release(client);
      waiting.clear();
    },
  };
}

/** What y-protocols' `applyAwarenessUpdate` does with the same states, which it would read from bytes once more. */
function apply(awareness: Awareness, said: ReadonlyMap<number, ClientState>, origin: object): void {
  const change = { added: [] as number[], updated: [] as number[], removed: [] as number[] };
  const lastUpdated = Date.now();
  for (const [client, { clock, state }] of said) {
    const known = awareness.meta.get(client);
    const isNewer = clock > (known?.clock ?? 0);
    const leaves = state === null && clock === known?.clock && awareness.states.has(client);
    if (!isNewer && !leaves) continue;
    if (state === null) awareness.states.delete(client);
    else awareness.states.set(client, state);
    awareness.meta.set(client, { clock, lastUpdated });
    if (state === null) {
      if (known) change.removed.push(client);
    } else (known ? change.updated : change.added).push(client);
  }
  if (change.added.length + change.updated.length + change.removed.length === 0) return;
  awareness.emit('change', [change, origin]);
  awareness.emit('update', [change, origin]);
}

function tooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => tooDeep(part, levels - 1));
}
