import { describe, expect, it } from 'vitest';
import type { Entry, Stream } from '../../common/acts/entry.ts';
import { asMemberId } from '../../common/domain/ids.ts';
import { createEntryRelay, isOneStroke } from './entry-relay.ts';

const AN = asMemberId('00000000-0000-4000-8000-000000000001');
const INK: Stream = `doc/ink/${'a'.repeat(64)}/${AN}`;
const entry = (seq: number, stream: Stream) =>
  ({ jws: `jws-${stream}-${seq}`, payload: { author: AN, stream, seq } }) as Entry;

/** What each link was sent, in order over all links. */
function relayTo(links: number, isLive = false) {
  const sent: { link: number; text: string }[] = [];
  const done: number[] = [];
  let waiting: (() => void)[] = [];
  let batches = 0;
  const errors: unknown[] = [];
  const failing = { now: false };
  const relay = createEntryRelay<number>({
    links: () => Array.from({ length: links }, (_, link) => link),
    nextBatch: () => batches++,
    isLive: () => isLive,
    send: (link, _entries, shared) => sent.push({ link, text: new TextDecoder().decode(shared().bytes) }),
    onError: (error) => errors.push(error),
    onSent(entries) {
      if (failing.now) throw new Error('not now');
      done.push(entries.length);
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  });
  return {
    relay,
    sent,
    done,
    errors,
    failing,
    batches: () => batches,
    next: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
}

describe('passing entries on [LOG-5]', () => {
  it('goes to all links, encoded once; what comes meanwhile follows together', async () => {
    const { relay, sent, done, batches, next } = relayTo(5);
    relay.add([entry(1, 'acts')]);
    relay.start();
    relay.add([entry(2, 'acts')]);
    relay.start();
    relay.add([entry(1, INK)]);
    await next();
    await next();
    expect(done).toEqual([1, 2]);
    expect(batches()).toBe(2);
    expect(sent.map(({ link }) => link)).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    expect(new Set(sent.map(({ text }) => text)).size).toBe(2);
    relay.close();
  });

  it('sends what waits to whoever has not got it when it ends, and nothing twice', async () => {
    const { relay, sent, done } = relayTo(4, true);
    relay.add([entry(1, INK)]);
    relay.start();
    relay.add([entry(1, 'acts')]);
    relay.close();
    relay.close();
    const texts = (stream: Stream) =>
      sent.filter(({ text }) => text.includes(`jws-${stream}-1`)).map(({ link }) => link);
    expect([texts(INK), texts('acts')]).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ]);
    relay.add([entry(2, 'acts')]);
    relay.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sent).toHaveLength(8);
    expect(done).toEqual([]);
  });

  it('lets drawing people through: signed strokes go link by link, and an act hurries them up', async () => {
    const { relay, sent, next } = relayTo(100, true);
    relay.add([entry(1, INK)]);
    relay.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toHaveLength(1);
    relay.add([entry(1, 'acts')]);
    relay.start();
    await next();
    await next();
    expect(sent).toHaveLength(200);
    expect(sent.slice(100).every(({ text }) => text.includes('jws-acts-1'))).toBe(true);
    relay.close();
  });

  it('goes on after whoever is told of it has failed', async () => {
    const { relay, sent, done, errors, failing, next } = relayTo(3);
    failing.now = true;
    relay.add([entry(1, 'acts')]);
    relay.start();
    while (errors.length === 0) await new Promise((resolve) => setImmediate(resolve));
    failing.now = false;
    relay.add([entry(2, 'acts')]);
    relay.start();
    await next();
    expect(sent).toHaveLength(6);
    expect(done).toEqual([1]);
  });
});

describe('what links bring [LOG-5]', () => {
  const jws = (payload: object) => `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2ln`;
  const batch = (...entries: string[]) => ({ entries, certificates: [] });
  const stroke = jws({ author: AN, body: { update: 'AA' }, seq: 3, stream: INK, v: 1 });

  it('yields to ink where it is one stroke: nobody waits for an act or for catching up with it', () => {
    expect(isOneStroke(batch(stroke))).toBe(true);
    expect(isOneStroke(batch(stroke, stroke))).toBe(false);
    for (const stream of ['acts', 'doc/plan', 'doc/minutes']) expect(isOneStroke(batch(jws({ stream })))).toBe(false);
    for (const nothing of [[], [''], ['no entry'], ['..']]) expect(isOneStroke(batch(...nothing))).toBe(false);
  });
});
