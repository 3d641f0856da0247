import type { MemberId } from '../domain/ids.ts';
import type { Change } from './read-update.ts';

/**
 * Whose the Yjs clients of one document are, where the id doesn't say it (`client-id.ts`). Yjs makes one for each session
 * and knows nobody; a signed entry binds it to its author. Until then it is held for whose connection brought it first.
 */
export interface DocumentClients {
  ownerOf(client: number): MemberId | undefined;
  /** The clock after what is signed of that client; 0 for none. */
  signedTo(client: number): number;
  /** Holds clients that nobody has for a member who wrote with them live. */
  hold(client: number, member: MemberId): void;
  /** Takes a checked change into account. */
  sign(change: Change, author: MemberId): void;
}

/** Clients of a member that wrote live and are not signed yet; the oldest are let go of. Some two are in use at a time. */
const MAX_HELD = 64;

export function createDocumentClients(): DocumentClients {
  const signed = new Map<number, { readonly owner: MemberId; clock: number }>();
  const held = new Map<number, MemberId>();
  const heldBy = new Map<MemberId, Set<number>>();

  function letGo(client: number): void {
    const member = held.get(client);
    if (member === undefined) return;
    held.delete(client);
    heldBy.get(member)?.delete(client);
  }

  return {
    ownerOf: (client) => signed.get(client)?.owner ?? held.get(client),
    signedTo: (client) => signed.get(client)?.clock ?? 0,
    hold(client, member) {
      if (signed.has(client) || held.has(client)) return;
      const mine = heldBy.get(member) ?? new Set<number>();
      heldBy.set(member, mine);
      held.set(client, member);
      mine.add(client);
      const [oldest] = mine;
      if (mine.size > MAX_HELD && oldest !== undefined) letGo(oldest);
    },
    sign(change, author) {
      for (const { client, end } of change.runs.values()) {
        letGo(client);
        const known = signed.get(client);
        if (known === undefined) signed.set(client, { owner: author, clock: end });
        else if (end > known.clock) known.clock = end;
      }
    },
  };
}
