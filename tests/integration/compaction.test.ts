import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { addNote } from '../../common/collab/annotations.ts';
import { updateOf } from '../../common/collab/snapshot.ts';
import { asMeetingId } from '../../common/domain/ids.ts';
import { removeBrokenEntries } from '../../main/store/entries.ts';
import { openDatabase } from '../../main/store/database.ts';
import { DATABASE_FILE } from '../../main/store/open-store.ts';
import { inkLaptop, inkLink, shareOf, type InkLaptop, type InkLink } from '../fixtures/ink-laptop.ts';
import { createOrganisation, type TestOrganisation, type TestPerson } from '../fixtures/network/organisation.ts';

// Three laptops with real disks and signatures, whose network delivers when the test says so.
const meeting = asMeetingId('abcdefghijklmnopqrstuvwxyz');
let organisation: TestOrganisation;
let people: TestPerson[];
let newcomer: TestPerson;
let folder: string;

beforeAll(async () => {
  organisation = await createOrganisation('Xã Thử');
  people = [];
  for (const name of ['Lò Thị Thử', 'Hà Văn Mẫu', 'Cầm Thị Mẫu']) people.push(await organisation.enrol(name));
  newcomer = await organisation.enrol('Quàng Thị Ví Dụ');
  folder = await mkdtemp(join(tmpdir(), 'phien-compaction-'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The first carries the meeting for the others. */
interface Room {
  readonly laptops: readonly InkLaptop[];
  readonly links: (InkLink | undefined)[];
  connect(guest: number): void;
  /** Everything that is on its way arrives. */
  settle(): Promise<void>;
  restart(laptop: number, whileOff?: () => void): Promise<void>;
  close(): Promise<void>;
}

async function openRoom(who: readonly TestPerson[] = people): Promise<Room> {
  const data = await mkdtemp(join(folder, 'room-'));
  const laptops = who.map((person, n) => inkLaptop({ folder: join(data, `${n}`), meeting, organisation, person }));
  const links: (InkLink | undefined)[] = laptops.map(() => undefined);
  for (const [n, laptop] of laptops.entries()) {
    laptop.onStored = (entries) => {
      for (const [guest, link] of links.entries()) {
        const exchange = n === 0 ? link?.atHost : guest === n ? link?.atGuest : undefined;
        exchange?.stored(entries, () => shareOf(entries));
      }
    };
  }
  const room: Room = {
    laptops,
    links,
    connect(guest) {
      links[guest] = inkLink(laptops[0]!, laptops[guest]!);
    },
    async settle() {
      for (let busy = true; busy;) {
        busy = false;
        for (const link of links) {
          if (await link?.deliver('to-host', 5)) busy = true;
          if (await link?.deliver('to-guest', 5)) busy = true;
        }
      }
    },
    async restart(laptop, whileOff) {
      for (const guest of links.keys()) if (laptop === 0 || guest === laptop) links[guest] = undefined;
      await laptops[laptop]!.restart(whileOff);
    },
    async close() {
      for (const laptop of laptops) await laptop.close();
      await rm(data, { recursive: true });
    },
  };
  for (let guest = 1; guest < laptops.length; guest++) room.connect(guest);
  return room;
}

const who = fc.integer({ min: 0, max: 2 });
const guest = fc.integer({ min: 1, max: 2 });
const stepOf = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('draw' as const), who, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), who, which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('note' as const), who, text: fc.string({ unit: 'grapheme' }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('compact' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      guest,
      up: fc.boolean(),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), guest }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('connect' as const), guest }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), who }) },
);

describe('snapshots', () => {
  test('[LOG-12] [LOG-14] over any order of writing, compaction, exchange and restarts nothing is lost and all end the same', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(stepOf, { minLength: 10, maxLength: 45 }), async (steps) => {
        const room = await openRoom();
        /** What each has on the paper. */
        const strokes = people.map(() => new Set<string>());
        const notes = people.map(() => new Map<string, string>());
        let number = 0;
        try {
          for (const step of steps) {
            if (step.do === 'draw') {
              for (let n = 0; n < step.count; n++) {
                const id = `s-${number++}`;
                await room.laptops[step.who]!.draw(id);
                strokes[step.who]!.add(id);
              }
            } else if (step.do === 'erase') {
              const mine = [...strokes[step.who]!];
              const id = mine[step.which % Math.max(1, mine.length)];
              if (id === undefined) continue;
              await room.laptops[step.who]!.erase(id);
              strokes[step.who]!.delete(id);
            } else if (step.do === 'note') {
              await room.laptops[step.who]!.note('n-1', step.text);
              notes[step.who]!.set('n-1', step.text);
            } else if (step.do === 'compact') {
              const laptop = room.laptops[step.who]!;
              if (typeof (await laptop.log.compact(laptop.ink)) === 'object') made++;
            } else if (step.do === 'deliver') {
              await room.links[step.guest]?.deliver(step.up ? 'to-host' : 'to-guest', step.count);
            } else if (step.do === 'cut') {
              room.links[step.guest] = undefined;
            } else if (step.do === 'connect') {
              room.connect(step.guest);
            } else {
              await room.restart(step.who);
            }
          }
          room.connect(1);
          room.connect(2);
          await room.settle();
          const [host, ...guests] = room.laptops;
          for (const other of guests) {
            expect(other.heads()).toEqual(host!.heads());
            expect(other.contents()).toEqual(host!.contents());
          }
          for (const [n, { ink }] of room.laptops.entries()) {
            const found = host!.contents()[ink] as
              | { parts: Record<'strokes' | 'notes', object>; waiting: boolean }
              | undefined;
            expect(Object.keys(found?.parts.strokes ?? {}).sort()).toEqual([...strokes[n]!].sort());
            const texts = Object.values(found?.parts.notes ?? {}).map((note) => (note as { text: string }).text);
            expect(texts).toEqual([...notes[n]!.values()]);
            expect(found?.waiting ?? false).toBe(false);
          }
          for (const { store } of room.laptops) expect(store.forks.list(meeting)).toEqual([]);
          for (const link of room.links) expect(link?.breaches ?? []).toEqual([]);
          // What lies on the disk is whole, and says the same when it is read anew.
          const before = host!.contents();
          await room.restart(0, () => {
            const db = openDatabase(join(host!.store.dataDir, DATABASE_FILE));
            expect(removeBrokenEntries(db)).toEqual([]);
            db.close();
          });
          expect(host!.contents()).toEqual(before);
        } finally {
          await room.close();
        }
      }),
      { numRuns: Number(process.env['PHIEN_RUNS'] ?? 8) },
    );
    expect(made).toBeGreaterThan(0);
  });

  test('[LOG-12] who comes when entries are gone takes the snapshot and what follows it', async () => {
    const room = await openRoom([...people.slice(0, 2), newcomer]);
    room.links[2] = undefined;
    const [host, author, late] = room.laptops as [InkLaptop, InkLaptop, InkLaptop];
    for (const id of ['s-1', 's-2', 's-3']) await author.draw(id);
    await room.settle();
    room.connect(2);
    await room.settle();
    room.links[2] = undefined;
    await author.draw('s-4');
    await author.erase('s-1');
    expect(await author.log.compact(author.ink)).toMatchObject({ payload: { seq: 6, kind: 'document-snapshot' } });
    await author.draw('s-5');
    await room.settle();
    // Whoever has the entries computes the state; it crossed no link.
    expect(host.store.entries.read(meeting, author.person.member, `doc/${author.ink}`, 1, 9)).toHaveLength(2);
    expect(room.links[1]!.toHost()).not.toContain('~');
    room.connect(2);
    await room.settle();
    expect(room.links[2]!.toGuest()).toContain('~');
    expect(late.heads()).toEqual(host.heads());
    expect(late.contents()).toEqual(author.contents());
    expect(Object.keys((late.contents()[author.ink] as { parts: { strokes: object } }).parts.strokes)).toHaveLength(4);
    await room.close();
  });

  test('[LOG-13] a state that comes out otherwise here is asked for, and what follows it is not lost', async () => {
    const room = await openRoom();
    const [host, author] = room.laptops as [InkLaptop, InkLaptop, InkLaptop];
    for (const id of ['s-1', 's-2', 's-3']) await author.draw(id);
    await room.settle();
    // As another version of Yjs would write the same document: a struct of its own for what is one here.
    const entries = author.store.entries.read(meeting, author.person.member, `doc/${author.ink}`, 1, 9);
    const other = Y.mergeUpdates([...entries.map(updateOf), Y.encodeStateAsUpdate(withNote())]);
    await author.signSnapshot(other);
    await author.draw('s-4');
    await author.draw('s-5');
    await room.settle();
    expect(room.links[1]!.toHost()).toContain('~');
    expect(room.links[2]!.toGuest()).toContain('~');
    for (const laptop of room.laptops) {
      expect(laptop.heads()).toEqual(author.heads());
      expect(laptop.contents()).toEqual(author.contents());
    }
    expect(Object.keys((host.contents()[author.ink] as { parts: { strokes: object } }).parts.strokes)).toHaveLength(5);
    for (const link of room.links) expect(link?.breaches ?? []).toEqual([]);
    await room.close();
  });

  test('[LOG-7] a second version of what a snapshot replaced is a fork where both are seen, and nothing where not', async () => {
    const room = await openRoom();
    const [host, author, other] = room.laptops as [InkLaptop, InkLaptop, InkLaptop];
    for (const id of ['s-1', 's-2']) await author.draw(id);
    await room.settle();
    room.links[2] = undefined;
    await author.draw('s-3');
    const stream = `doc/${author.ink}` as const;
    const [second, third] = author.store.entries.read(meeting, author.person.member, stream, 2, 2);
    const again = await author.signAgain(third!);
    const deeper = await author.signAgain(second!);
    await author.log.compact(author.ink);
    await room.settle();
    // The last one that it replaced is named by it.
    const batch = { certificates: [], entries: [again.jws] };
    expect((await host.log.receive(batch, other.person.member)).refused).toEqual([{ index: 0, reason: 'fork' }]);
    expect(host.store.forks.list(meeting)).toMatchObject([{ stream, theirs: again.jws }]);
    // Of those before it nothing is left that they could be compared with.
    const before = { certificates: [], entries: [deeper.jws] };
    expect(await host.log.receive(before, other.person.member)).toEqual({ accepted: [], refused: [] });
    // Who has the other version sees the snapshot name another past.
    expect((await other.log.receive(batch, host.person.member)).accepted).toHaveLength(1);
    room.connect(2);
    await room.settle();
    expect(other.store.forks.list(meeting)).toMatchObject([{ stream, ours: again.jws }]);
    await room.close();
  });

  test('[LOG-9] [LOG-14] a database from a backup gets its snapshots back from the journal', async () => {
    const room = await openRoom(people.slice(0, 2));
    const [host, author] = room.laptops as [InkLaptop, InkLaptop];
    await author.draw('s-1');
    await author.store.backups.make();
    for (const id of ['s-2', 's-3', 's-4']) await author.draw(id);
    expect(await author.log.compact(author.ink)).toMatchObject({ payload: { seq: 5 } });
    await author.draw('s-5');
    await room.settle();
    const before = author.heads();
    await room.restart(1, () => writeFileSync(join(author.store.dataDir, DATABASE_FILE), 'nothing of ours'));
    expect(author.store.restoration()).toMatchObject({ how: 'backup' });
    expect(author.heads()).toEqual(before);
    expect(author.store.own.doubted()).toEqual([]);
    room.connect(1);
    await author.draw('s-6');
    await room.settle();
    expect(host.heads()).toEqual(author.heads());
    expect(host.contents()).toEqual(author.contents());
    expect(host.store.forks.list(meeting)).toEqual([]);
    await room.close();
  });
});

/** A document with a note that was taken back, as another version might leave it out. */
function withNote(): Y.Doc {
  const doc = new Y.Doc();
  addNote(doc, { id: 'n-9', page: 1, x: 1, y: 1, at: 1, text: '' }, null);
  return doc;
}
