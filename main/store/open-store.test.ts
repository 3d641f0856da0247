import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asMemberId } from '../../common/domain/ids.ts';
import { sha256 } from './hash-bytes.ts';
import type { StoredMeeting } from './meetings.ts';
import { openStore, type Store } from './open-store.ts';
import type { StoredOrganisation } from './organisation.ts';
import { LAN, MEETING, MINH, sealedAct, sealedChain, temporaryFolder } from './store.fixtures.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const plain = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? [...value]
    : Array.isArray(value)
      ? value.map(plain)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
        : value;
/** Equal in what it holds; SQLite gives Buffers where Uint8Arrays went in. */
const expectSame = (actual: unknown, expected: unknown) => expect(plain(actual)).toEqual(plain(expected));

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(folder.path);
});
afterEach(async () => {
  await store.close();
  folder.remove();
});
async function restart() {
  await store.close();
  store = openStore(folder.path);
}

const organisation: StoredOrganisation = {
  name: 'Ủy ban nhân dân xã Sông Mơ',
  parent: 'Ủy ban nhân dân tỉnh Hư Cấu',
  symbol: 'UBND',
  preset: 'peoples-committee',
  authorityCertificate: bytes(48, 1, 2, 0, 255),
  fingerprint: sha256('authority'),
  holdsAuthority: true,
  authorityArchive: bytes(48, 3),
  me: { member: LAN, name: 'Trần Thị Lan', position: 'Chánh Văn phòng' },
  certificate: null,
  keyVault: '{"v":1}',
};

describe('the store', () => {
  it('of an empty folder is empty, and a second close does nothing', async () => {
    expect(store.organisation.get()).toBeUndefined();
    expect(store.organisation.enrolment()).toBeUndefined();
    expect(store.people.list()).toEqual([]);
    expect(store.meetings.list()).toEqual([]);
    expect(store.papers.list()).toEqual([]);
    store.checkIntegrity();
    await store.close();
    await store.close();
    expect(readdirSync(folder.path).sort()).toEqual(['backup', 'journal', 'papers', 'phien.db']);
  });

  it('transactions take all or nothing, nested too', () => {
    expect(() =>
      store.transaction(() => {
        store.settings.set('language', 'vi');
        store.transaction(() => store.entries.append(sealedChain(2)));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(store.settings.get('language', z.string())).toBeUndefined();
    expect(store.entries.heads(MEETING)).toEqual([]);
    expect(store.transaction(() => 7)).toBe(7);
    // @ts-expect-error a transaction is over before a promise settles
    expect(() => store.transaction(async () => 7)).toThrow(/promise/i);
  });
});

describe('settings', () => {
  it('are kept as JSON, checked when read', async () => {
    const schema = z.object({ scale: z.number().max(2), theme: z.enum(['dark', 'light']) });
    store.settings.set('view', { scale: 1.5, theme: 'dark' });
    await restart();
    expect(store.settings.get('view', schema)).toEqual({ scale: 1.5, theme: 'dark' });
    store.settings.set('view', { scale: 9, theme: 'dark' });
    expect(store.settings.get('view', schema)).toBeUndefined();
    store.settings.remove('view');
    expect(store.settings.get('view', z.unknown())).toBeUndefined();
  });
});

describe('the organisation', () => {
  it('is one, replaced as a whole, and outlives a restart', async () => {
    store.organisation.put(organisation);
    await restart();
    expectSame(store.organisation.get(), organisation);
    const later = { ...organisation, certificate: bytes(1, 2, 3), authorityArchive: null, holdsAuthority: false };
    store.organisation.put(later);
    await restart();
    expectSame(store.organisation.get(), later);
  });

  it('an enrolment under way goes on after a restart', async () => {
    const enrolment = {
      name: 'Lê Văn Minh',
      csr: bytes(48, 130),
      keyVault: 'sealed',
      invitation: { secret: 'abc', addresses: ['127.0.0.1:4010'] },
      progress: { step: 'waiting-for-approval' },
      startedAt: '2026-03-01T01:00:00.000Z',
    };
    store.organisation.putEnrolment(enrolment);
    await restart();
    expectSame(store.organisation.enrolment(), enrolment);
    store.organisation.clearEnrolment();
    expect(store.organisation.enrolment()).toBeUndefined();
  });
});

describe('people and certificates', () => {
  const certificate = {
    fingerprint: sha256('der'),
    der: bytes(48, 1),
    member: LAN,
    organisation: sha256('authority'),
  };
  it('a person is replaced, a certificate stays', async () => {
    store.certificates.add(certificate);
    store.certificates.add({ ...certificate, der: bytes(9) });
    store.people.put({ member: LAN, name: 'Lan', position: '', certificate: null });
    store.people.put({ member: LAN, name: 'Trần Thị Lan', position: 'Chánh VP', certificate: certificate.fingerprint });
    await restart();
    expectSame(store.certificates.get(certificate.fingerprint), certificate);
    expectSame(store.certificates.ofMember(LAN), [certificate]);
    expect(store.certificates.ofMember(MINH)).toEqual([]);
    expect(store.people.list()).toEqual([
      { member: LAN, name: 'Trần Thị Lan', position: 'Chánh VP', certificate: certificate.fingerprint },
    ]);
    expect(store.people.get(MINH)).toBeUndefined();
  });

  it('a certificate that is stored soon is there at once, stays as it is, and is kept', async () => {
    store.certificates.addSoon(certificate);
    store.certificates.addSoon({ ...certificate, der: bytes(9) });
    expectSame(store.certificates.get(certificate.fingerprint), certificate);
    await restart();
    expectSame(store.certificates.ofMember(LAN), [certificate]);
  });

  it('a person cannot have a certificate that is not here', () => {
    const person = { member: LAN, name: 'Lan', position: '', certificate: sha256('none') };
    expect(() => store.people.put(person)).toThrow(/FOREIGN KEY/);
  });
});

describe('invitations', () => {
  it('the last record of an invitation counts', () => {
    store.invitations.save('inv-1', { id: 'inv-1', state: 'open' });
    store.invitations.save('inv-2', { id: 'inv-2', state: 'open' });
    store.invitations.save('inv-1', { id: 'inv-1', state: 'pending' });
    expect(store.invitations.list()).toEqual([
      { id: 'inv-1', state: 'pending' },
      { id: 'inv-2', state: 'open' },
    ]);
  });
});

describe('meetings', () => {
  const meeting: StoredMeeting = {
    id: MEETING,
    convener: null,
    nonce: null,
    summary: {
      title: 'Phiên họp tháng 3',
      kind: 'thường kỳ',
      start: '2026-03-02T08:00:00+07:00',
      place: 'A',
      phase: 'draft',
    },
    readOnly: false,
    carrying: false,
    addresses: [],
    createdAt: '2026-03-01T01:00:00.000Z',
  };

  it('are kept with what changed, latest start first', async () => {
    store.meetings.put(meeting);
    store.meetings.put({
      ...meeting,
      id: 'later' as StoredMeeting['id'],
      // Earlier as text, later in time.
      summary: { ...meeting.summary, start: '2026-03-02T02:00:00Z' },
      readOnly: true,
    });
    store.meetings.setOrigin(MEETING, LAN, 'nonce');
    store.meetings.setSummary(MEETING, { ...meeting.summary, phase: 'open' });
    store.meetings.setCarrying(MEETING, true);
    store.meetings.setAddresses(MEETING, ['127.0.0.1:4010', '[::1]:4010']);
    await restart();
    expect(store.meetings.get(MEETING)).toEqual({
      ...meeting,
      convener: LAN,
      nonce: 'nonce',
      summary: { ...meeting.summary, phase: 'open' },
      carrying: true,
      addresses: ['127.0.0.1:4010', '[::1]:4010'],
    });
    expect(store.meetings.list().map(({ id, readOnly }) => [id, readOnly])).toEqual([
      ['later', true],
      [MEETING, false],
    ]);
  });
});

describe('forks', () => {
  it('the first proof for a stream is kept', () => {
    const proof = { meeting: MEETING, author: LAN, stream: 'acts', noticedAt: '2026-03-02T01:00:00.000Z' } as const;
    expect(store.forks.record({ ...proof, ours: 'a', theirs: 'b' })).toBe(true);
    expect(store.forks.record({ ...proof, ours: 'a', theirs: 'c' })).toBe(false);
    expect(store.forks.record({ ...proof, author: MINH, ours: 'd', theirs: 'e' })).toBe(true);
    expect(store.forks.list(MEETING)).toEqual([
      { ...proof, ours: 'a', theirs: 'b' },
      { ...proof, author: MINH, ours: 'd', theirs: 'e' },
    ]);
  });
  it('who signs many large ones fills no disk with them', () => {
    const noticedAt = '2026-03-02T01:00:00.000Z';
    const kept = Array.from({ length: 40 }, (_, paper) =>
      store.forks.record({
        meeting: MEETING,
        author: LAN,
        stream: `doc/ink/${String(paper).padStart(64, 'a')}/${LAN}`,
        ours: 'a'.repeat(50_000),
        theirs: 'b'.repeat(50_000),
        noticedAt,
      }),
    );
    expect(kept.filter(Boolean)).toHaveLength(11);
    const ofOther = { meeting: MEETING, author: MINH, stream: 'acts', ours: 'd', theirs: 'e', noticedAt } as const;
    expect(store.forks.record(ofOther)).toBe(true);
  });
});

describe('pending changes', () => {
  it('go out with the entry that holds them; later ones stay', async () => {
    store.pending.add(MEETING, 'plan', bytes(1));
    store.pending.add(MEETING, 'minutes', bytes(9));
    store.pending.add(MEETING, 'plan', bytes(2));
    await restart();
    const read = store.pending.read(MEETING, 'plan')!;
    expectSame(read.updates, [bytes(1), bytes(2)]);
    expectSame(store.pending.read(MEETING, 'plan', 1)?.updates, [bytes(1)]);
    expectSame(store.pending.read(MEETING, 'plan', 0)?.updates, [bytes(1)]);
    expect(store.pending.read(MEETING, 'plan', 2)).toEqual(read);

    store.pending.add(MEETING, 'plan', bytes(3));
    const entry = sealedAct(1, null, { stream: 'doc/plan', kind: 'document-change', body: { update: 'AQI' } });
    store.pending.commit(MEETING, 'plan', read.upTo, entry);
    await restart();
    expectSame(store.pending.read(MEETING, 'plan')?.updates, [bytes(3)]);
    expect([...store.entries.readStream(MEETING, 'doc/plan')]).toEqual([entry]);
    expect(store.pending.documents()).toEqual([
      { meeting: MEETING, document: 'minutes' },
      { meeting: MEETING, document: 'plan' },
    ]);
  });

  it('stay when the entry cannot be stored', () => {
    const upTo = store.pending.add(MEETING, 'plan', bytes(1));
    expect(() => store.pending.commit(MEETING, 'plan', upTo, sealedAct(5, null, { stream: 'doc/plan' }))).toThrow(
      /gap/,
    );
    expectSame(store.pending.read(MEETING, 'plan')?.updates, [bytes(1)]);
  });

  it('never get a number that was given before', async () => {
    const first = store.pending.add(MEETING, 'plan', bytes(1));
    store.pending.commit(MEETING, 'plan', first, sealedAct(1, null, { stream: 'doc/plan' }));
    await restart();
    expect(store.pending.add(MEETING, 'plan', bytes(2))).toBeGreaterThan(first);
  });
});

describe('changes that others have shown', () => {
  it('are stored with an own change that may build on them, or neither is', async () => {
    const shown = [
      { tag: -1, changes: bytes(1) },
      { tag: 7, changes: bytes(2) },
    ];
    expect(() =>
      store.pending.add(MEETING, 'plan', bytes(9), [...shown, { tag: 2 ** 20, changes: bytes(3) }]),
    ).toThrow();
    expect(store.pending.read(MEETING, 'plan')).toBeUndefined();
    expect(store.shown.read(MEETING, 'plan')).toEqual([]);
    store.pending.add(MEETING, 'plan', bytes(9), shown);
    await restart();
    expectSame(store.pending.read(MEETING, 'plan')?.updates, [bytes(9)]);
    expect(store.shown.read(MEETING, 'plan').map(({ tag }) => tag)).toEqual([-1, 7]);
    expect(store.shown.documents(MEETING)).toEqual(['plan']);
  });

  it('take the place of those of the same author, and go when nothing is left', async () => {
    await store.shown.put(MEETING, 'minutes', [
      { tag: 7, changes: bytes(1) },
      { tag: 8, changes: bytes(2) },
    ]);
    await store.shown.put(MEETING, 'minutes', [
      { tag: 7, changes: bytes(1, 2) },
      { tag: 8, changes: new Uint8Array(0) },
    ]);
    await restart();
    expectSame(
      store.shown.read(MEETING, 'minutes').map(({ changes }) => changes),
      [bytes(1, 2)],
    );
    expect(store.shown.read(MEETING, 'plan')).toEqual([]);
  });
});

describe('private documents', () => {
  it('are kept apart, in order, and compacted without losing what came meanwhile', async () => {
    store.privateDocuments.append(MEETING, 'ink/a', bytes(1));
    store.privateDocuments.append(MEETING, 'ink/b', bytes(8));
    store.privateDocuments.append(MEETING, 'ink/a', bytes(2));
    const loaded = store.privateDocuments.load(MEETING, 'ink/a')!;
    store.privateDocuments.append(MEETING, 'ink/a', bytes(3));
    store.privateDocuments.compact(MEETING, 'ink/a', loaded.upTo, bytes(1, 2));
    await restart();
    expectSame(store.privateDocuments.load(MEETING, 'ink/a')?.updates, [bytes(1, 2), bytes(3)]);
    expectSame(store.privateDocuments.load(MEETING, 'ink/b')?.updates, [bytes(8)]);
    expect(store.privateDocuments.load(MEETING, 'ink/c')).toBeUndefined();
    expect(store.privateDocuments.list(MEETING)).toEqual(['ink/a', 'ink/b']);
    expect(store.entries.heads(MEETING)).toEqual([]);
    expect(store.pending.documents()).toEqual([]);
    expect(store.privateDocuments.list(asMemberId('other') as unknown as typeof MEETING)).toEqual([]);
  });
});
