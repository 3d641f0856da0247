import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import { applyAwarenessUpdate, Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { newClientId } from '../../common/collab/client-id.ts';
import { asMemberId } from '../../common/domain/ids.ts';
import { MAX_AWARENESS_RATE, MAX_AWARENESS_VOLUME } from '../../common/wire/link.ts';
import { createAwarenessGate, type AwarenessGate } from './awareness-gate.ts';

const AN = asMemberId('00000000-0000-4000-8000-000000000001');
const BINH = asMemberId('00000000-0000-4000-8000-000000000002');
const CHI = asMemberId('abcde000-0000-4000-8000-000000000003');

const NO_MESSAGE = new Uint8Array(0);

type Said = { client: number; clock: number; state: object | null };

function bytesOf(said: readonly Said[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, said.length);
  for (const { client, clock, state } of said) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, JSON.stringify(state));
  }
  return encoding.toUint8Array(encoder);
}

function heard(awareness: Awareness): unknown[] {
  const events: unknown[] = [];
  awareness.on('update', (change: object) => events.push(structuredClone(change)));
  return events;
}

const fresh = () => new Awareness(new Y.Doc());
const knownOf = (awareness: Awareness) =>
  [...awareness.meta].filter(([client]) => client !== awareness.clientID).map(([client, { clock }]) => [client, clock]);

describe('what a connection may say of its presence', () => {
  it('has the effect that y-protocols gives it, under the member’s name', () => {
    const one = fc.record({
      client: fc.integer({ min: 1, max: 3 }),
      clock: fc.integer({ min: 1, max: 6 }),
      state: fc.option(fc.record({ page: fc.integer({ min: 1, max: 3 }) })),
    });
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(one, { selector: ({ client }) => client, minLength: 1 }), { maxLength: 12 }),
        (messages) => {
          const [ours, theirs] = [fresh(), fresh()];
          for (const awareness of [ours, theirs]) awareness.setLocalState(null);
          const [here, there] = [heard(ours), heard(theirs)];
          const gate = createAwarenessGate(ours, AN, () => 0);
          const owned = new Set<number>();
          for (const message of messages) {
            expect(gate.admit(bytesOf(message), NO_MESSAGE)).toBe(true);
            // An echo of a client that nobody speaks for, which is no newer than what is known of it, is nobody's word; nor
            // that somebody goes who wasn't there.
            const counted = message.filter(
              ({ client, clock, state }) =>
                owned.has(client) || (state !== null && clock > (theirs.meta.get(client)?.clock ?? 0)),
            );
            for (const { client, state } of counted) if (state) owned.add(client);
            for (const { client, state } of counted) if (!state) owned.delete(client);
            const named = counted.map((said) => ({ ...said, state: said.state && { ...said.state, member: AN } }));
            applyAwarenessUpdate(theirs, bytesOf(named), 'there');
          }
          expect([...ours.states]).toEqual([...theirs.states]);
          expect(knownOf(ours)).toEqual(knownOf(theirs));
          expect(here).toEqual(there);
          for (const awareness of [ours, theirs]) awareness.destroy();
        },
      ),
    );
  });

  it('is nobody else’s: neither their clients nor their names', () => {
    const awareness = fresh();
    const an = createAwarenessGate(awareness, AN);
    const binh = createAwarenessGate(awareness, BINH);
    an.admit(bytesOf([{ client: 7, clock: 1, state: { page: 1 } }]), NO_MESSAGE);
    binh.admit(bytesOf([{ client: 7, clock: 2, state: { page: 9 } }]), NO_MESSAGE);
    binh.admit(bytesOf([{ client: 8, clock: 1, state: { page: 2, member: AN } }]), NO_MESSAGE);
    expect(awareness.states.get(7)).toEqual({ page: 1, member: AN });
    expect(awareness.states.get(8)).toEqual({ page: 2, member: BINH });
    an.close();
    expect(awareness.states.has(7)).toBe(false);
    awareness.destroy();
  });

  it('silences nobody who was cut off and comes back', () => {
    const awareness = fresh();
    const client = newClientId(CHI);
    const say = (gate: AwarenessGate, clock: number, state: object | null) =>
      gate.admit(bytesOf([{ client, clock, state }]), NO_MESSAGE);
    const before = createAwarenessGate(awareness, CHI);
    say(before, 1, { page: 1 });
    before.close();
    const binh = createAwarenessGate(awareness, BINH);
    say(binh, Number.MAX_SAFE_INTEGER - 1, { page: 9 });
    say(binh, Number.MAX_SAFE_INTEGER, null);
    binh.close();
    say(createAwarenessGate(awareness, CHI), 2, { page: 2 });
    expect(awareness.states.get(client)).toEqual({ page: 2, member: CHI });
    awareness.destroy();
  });

  it('leaves nothing behind, however many it is said to be', () => {
    let now = 0;
    const awareness = fresh();
    const gate = createAwarenessGate(awareness, AN, () => now);
    const news = heard(awareness);
    for (let client = 1; client < 5000; client++) {
      now += 100;
      gate.admit(bytesOf([{ client, clock: 1, state: { page: 1 } }]), NO_MESSAGE);
      gate.admit(bytesOf([{ client, clock: 2, state: null }]), NO_MESSAGE);
      gate.admit(bytesOf([{ client: client + 10_000, clock: 1, state: null }]), NO_MESSAGE);
      gate.advance();
    }
    // All who listen remember each of them for ever.
    expect(news.length).toBeLessThan(2 * 600);
    now += 10_000_000;
    for (let client = 20_000; client < 25_000; client++) {
      now += 1000;
      gate.admit(bytesOf([{ client, clock: 1, state: { page: 1 } }]), NO_MESSAGE);
      gate.admit(bytesOf([{ client, clock: 2, state: null }]), NO_MESSAGE);
    }
    expect(awareness.meta.size).toBeLessThan(1010);
    expect(gate.admit(bytesOf([{ client: 30_000, clock: 1, state: { page: 3 } }]), NO_MESSAGE)).toBe(true);
    expect([...awareness.states.keys()]).toEqual([awareness.clientID, 30_000]);
    awareness.destroy();
  });

  it('is passed on as it was said where the document says whose it is, unless it says what is old or another’s', () => {
    const awareness = fresh();
    const gate = createAwarenessGate(awareness, null);
    const told: unknown[] = [];
    awareness.on('update', (_: unknown, origin: unknown) => told.push(origin === gate.origin && gate.origin.exactly));
    const say = (said: readonly Said[]) => {
      const message = bytesOf(said);
      gate.admit(message, message);
      return message;
    };
    const first = say([{ client: 7, clock: 1, state: { ink: 'a', member: BINH } }]);
    expect(awareness.states.get(7)).toEqual({ ink: 'a', member: BINH });
    createAwarenessGate(awareness, null).admit(bytesOf([{ client: 8, clock: 1, state: {} }]), first);
    say([
      { client: 7, clock: 2, state: { ink: 'b' } },
      { client: 8, clock: 9, state: { ink: 'not its own' } },
    ]);
    say([{ client: 7, clock: 2, state: { ink: 'old' } }]);
    const last = say([{ client: 7, clock: 3, state: null }]);
    // Told of by others: false; with more than was said, or less: undefined.
    expect(told).toEqual([first, false, undefined, last]);
    expect(gate.origin.exactly).toBeUndefined();
    awareness.destroy();
  });

  it('takes no more of the network than a few pens do: what is large is held back sooner', () => {
    let now = 0;
    const awareness = fresh();
    const gate = createAwarenessGate(awareness, AN, () => now);
    let characters = 0;
    awareness.on('update', ({ added, updated }: { added: number[]; updated: number[] }) => {
      for (const client of [...added, ...updated])
        characters += JSON.stringify(awareness.states.get(client) ?? null).length;
    });
    const ink = 'x'.repeat(15_000);
    let clock = 0;
    for (now = 0; now < 10_000; now += 20) {
      clock++;
      const said = Array.from({ length: 16 }, (_, client) => ({ client: client + 1, clock, state: { ink, clock } }));
      gate.admit(bytesOf(said), NO_MESSAGE);
      gate.advance();
    }
    expect(characters).toBeGreaterThan(1e6);
    expect(characters).toBeLessThan(16 * MAX_AWARENESS_VOLUME);
    // The last of it comes in the end.
    now += 5000;
    gate.advance();
    expect(awareness.states.get(1)).toMatchObject({ clock });
    awareness.destroy();
  });

  it('is held back beyond the rate, the newest only, and malformed when it is no state', () => {
    let now = 0;
    const awareness = fresh();
    const gate = createAwarenessGate(awareness, AN, () => now);
    const say = (clock: number) => gate.admit(bytesOf([{ client: 7, clock, state: { page: clock } }]), NO_MESSAGE);
    for (let clock = 1; clock <= MAX_AWARENESS_RATE + 5; clock++) say(clock);
    expect(awareness.states.get(7)).toMatchObject({ page: MAX_AWARENESS_RATE });
    expect(gate.holding).toBe(true);
    now = 1000;
    gate.advance();
    expect(awareness.states.get(7)).toMatchObject({ page: MAX_AWARENESS_RATE + 5 });
    expect(gate.admit(Uint8Array.of(1, 7, 200, 1, 1, 91), NO_MESSAGE)).toBe(false);
    expect(gate.admit(bytesOf([{ client: 7, clock: 999, state: [] }]), NO_MESSAGE)).toBe(false);
    awareness.destroy();
  });
});
