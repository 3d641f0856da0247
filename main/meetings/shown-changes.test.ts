import { rmSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { newClientId, tagOf } from '../../common/collab/client-id.ts';
import { createDocumentClients } from '../../common/collab/document-clients.ts';
import { readUpdate } from '../../common/collab/read-update.ts';
import { asMeetingId, asMemberId, type MemberId } from '../../common/domain/ids.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { StoreError } from '../store/store-error.ts';
import { isWhole, MAX_SHOWN_BYTES, openShownChanges, type ShownChanges } from './shown-changes.ts';

const MEETING = asMeetingId('abcdefghijklmnopqrstuvwxyz');
const ME = asMemberId('00001000-0000-4000-8000-000000000001');
const AN = asMemberId('00002000-0000-4000-8000-000000000002');
const BINH = asMemberId('00003000-0000-4000-8000-000000000003');
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let store: Store;
let clients: ReturnType<typeof createDocumentClients>;
/** What this laptop has open. */
let doc: Y.Doc;
let shown: ShownChanges;

function open(): void {
  shown = openShownChanges({
    meeting: MEETING,
    document: 'minutes',
    me: ME,
    doc,
    store: store.shown,
    clients: () => clients,
    logger: quiet,
  });
}

/** As after a crash: what the disk holds, beside a document that has what was signed. */
async function restart(signed: readonly Uint8Array[] = []): Promise<void> {
  await store.close();
  store = openStore(folder);
  doc = new Y.Doc();
  for (const update of signed) Y.applyUpdate(doc, update);
  open();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phien-shown-'));
  store = openStore(folder);
  clients = createDocumentClients();
  doc = new Y.Doc();
  open();
});
afterEach(async () => {
  shown.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Somebody's laptop: each change is shown live; signing gives the entry's update. */
function author(member: MemberId) {
  const theirs = new Y.Doc();
  theirs.clientID = newClientId(member);
  let unsigned: Uint8Array[] = [];
  theirs.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== 'others') unsigned.push(update);
  });
  return {
    doc: theirs,
    write(work: (text: Y.Text) => void): Uint8Array {
      theirs.transact(() => work(theirs.getText('t')));
      const update = unsigned.at(-1) as Uint8Array;
      Y.applyUpdate(doc, update);
      shown.saw(update);
      return update;
    },
    sign(): Uint8Array {
      const update = Y.mergeUpdates(unsigned);
      unsigned = [];
      const change = readUpdate(update)!;
      clients.sign(change, member);
      shown.signed(change, member);
      return update;
    },
  };
}

/** With an own change, which may build on it. */
function keepNow(): void {
  store.pending.remove(store.pending.add(MEETING, 'minutes', Uint8Array.of(0, 0), shown.due()));
  shown.stored();
}

const onDisk = () => store.shown.read(MEETING, 'minutes');
const textOf = (parts: readonly { changes: Uint8Array }[], base: readonly Uint8Array[] = []) => {
  const made = new Y.Doc();
  for (const update of [...base, ...parts.map(({ changes }) => changes)]) Y.applyUpdate(made, update);
  return made.getText('t').toString();
};

describe('what others have shown and not signed', () => {
  it('is tried again by itself where the disk did not take it', async () => {
    const { put } = store.shown;
    let tries = 0;
    store.shown.put = (...what) => {
      if (++tries < 2) throw new StoreError('disk-full', 'the disk of this test');
      return put(...what);
    };
    author(AN).write((text) => text.insert(0, 'không ai gõ thêm'));
    await vi.waitFor(() => expect(textOf(onDisk())).toBe('không ai gõ thêm'), { timeout: 10_000, interval: 20 });
    expect(tries).toBe(2);
  });

  it('is on the disk before something that builds on it, and there after a crash', async () => {
    author(AN).write((text) => text.insert(0, 'kính thưa'));
    keepNow();
    expect(onDisk().map(({ tag }) => tag)).toEqual([tagOf(AN)]);
    await restart();
    expect(textOf(shown.parts())).toBe('kính thưa');
  });

  it('goes to the disk by itself, and when the document is closed', async () => {
    const an = author(AN);
    an.write((text) => text.insert(0, 'một'));
    await expect.poll(() => textOf(onDisk()), { timeout: 10_000 }).toBe('một');
    an.write((text) => text.insert(3, ' hai'));
    shown.close();
    expect(textOf(onDisk())).toBe('một hai');
  });

  it('is gone once its author has signed it, and not before', () => {
    const an = author(AN);
    const binh = author(BINH);
    an.write((text) => text.insert(0, 'ký'));
    binh.write((text) => text.insert(0, 'không'));
    keepNow();
    const signed = an.sign();
    an.write((text) => text.insert(2, ' thêm'));
    keepNow();
    expect(textOf(onDisk(), [signed])).toContain(' thêm');
    expect(onDisk().map(({ tag }) => tag)).toEqual([tagOf(AN), tagOf(BINH)]);
    an.sign();
    keepNow();
    expect(onDisk().map(({ tag }) => tag)).toEqual([tagOf(BINH)]);
  });

  it('includes deletions of what is signed, until they are signed', async () => {
    const an = author(AN);
    an.write((text) => text.insert(0, 'bỏ câu này'));
    const signed = an.sign();
    an.write((text) => text.delete(0, 7));
    keepNow();
    expect(textOf(onDisk(), [signed])).toBe('này');
    await restart([signed]);
    expect(textOf(shown.parts(), [signed])).toBe('này');
    an.sign();
    keepNow();
    expect(onDisk()).toEqual([]);
  });

  it('is looked through at the next start: an entry may have come while the document was closed', async () => {
    const an = author(AN);
    an.write((text) => text.insert(0, 'abc'));
    an.write((text) => text.delete(1, 1));
    keepNow();
    expect(onDisk()).toHaveLength(1);
    const signed = an.sign();
    await restart([signed]);
    expect(shown.parts()).toEqual([]);
    keepNow();
    expect(onDisk()).toEqual([]);
  });

  it('is not kept of what nobody will sign: stock clients say nothing of their authors', () => {
    const stock = new Y.Doc();
    stock.getText('t').insert(0, 'của ai?');
    shown.saw(Y.encodeStateAsUpdate(stock));
    keepNow();
    expect(onDisk()).toEqual([]);
  });

  it('is bounded for each author, and what was there first stays', () => {
    const an = author(AN);
    const binh = author(BINH);
    an.write((text) => text.insert(0, 'đầu tiên'));
    keepNow();
    for (let round = 0; round < 40; round++) {
      an.write((text) => text.insert(text.length, 'x'.repeat(8 * 1024)));
      keepNow();
    }
    binh.write((text) => text.insert(0, 'người khác'));
    keepNow();
    const [ofAn, ofBinh] = onDisk();
    expect(ofAn?.changes.byteLength).toBeLessThanOrEqual(MAX_SHOWN_BYTES);
    expect(textOf([ofAn!])).toMatch(/^đầu tiênx+$/);
    expect(textOf([ofBinh!])).toBe('người khác');
  });

  it('is bounded for a document, whoever seems to write', () => {
    const page = 'y'.repeat(60 * 1024);
    for (let index = 1; index <= 40; index++) {
      const member = asMemberId(`${index.toString(16).padStart(5, '0')}000-0000-4000-8000-000000000001`);
      author(member).write((text) => text.insert(0, page));
      keepNow();
    }
    const bytes = onDisk().reduce((sum, { changes }) => sum + changes.byteLength, 0);
    expect(bytes).toBeGreaterThan(900 * 1024);
    expect(bytes).toBeLessThanOrEqual(1024 * 1024);
  });

  it('is found in a document that came whole, once its entries are there', async () => {
    const an = author(AN);
    const binh = author(BINH);
    an.doc.getText('t').insert(0, 'z'.repeat(MAX_SHOWN_BYTES * 2));
    Y.applyUpdate(binh.doc, Y.encodeStateAsUpdate(an.doc), 'others');
    binh.doc.getText('t').insert(0, 'còn đây ');
    const whole = Y.encodeStateAsUpdate(binh.doc);
    Y.applyUpdate(doc, whole);
    shown.saw(whole);
    keepNow();
    expect(onDisk()).toEqual([]);
    const signed = an.sign();
    await expect.poll(() => onDisk().map(({ tag }) => tag), { timeout: 10_000 }).toEqual([tagOf(BINH)]);
    expect(textOf(onDisk(), [signed])).toMatch(/^còn đây z/);
  });

  it('is taken from another laptop like what was seen', () => {
    const an = author(AN);
    an.doc.getText('t').insert(0, 'mang về');
    shown.take(Y.encodeStateAsUpdate(an.doc));
    expect(shown.parts().map(({ tag }) => tag)).toEqual([tagOf(AN)]);
    keepNow();
    expect(textOf(onDisk())).toBe('mang về');
    an.sign();
    keepNow();
    shown.take(Y.encodeStateAsUpdate(an.doc));
    expect(shown.parts()).toEqual([]);
  });
});

describe('a part from the disk', () => {
  it('counts only if it is whole and its author’s', async () => {
    const an = author(AN);
    const update = an.write((text) => text.insert(0, 'a'));
    const tags = new Set([tagOf(AN), tagOf(BINH)]);
    expect(isWhole({ tag: tagOf(AN), changes: update }, tags)).toBe(true);
    expect(isWhole({ tag: tagOf(BINH), changes: update }, tags)).toBe(false);
    expect(isWhole({ tag: tagOf(AN), changes: update }, new Set([tagOf(BINH)]))).toBe(false);
    expect(isWhole({ tag: tagOf(AN), changes: update.subarray(0, -1) }, tags)).toBe(false);
    await store.shown.put(MEETING, 'minutes', [{ tag: tagOf(BINH), changes: Uint8Array.of(1, 2, 3) }]);
    await restart();
    expect(shown.parts()).toEqual([]);
  });
});
