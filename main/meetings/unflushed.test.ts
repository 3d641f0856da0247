import { describe, expect, it } from 'vitest';
import type { Entry, StreamHead } from '../../common/acts/entry.ts';
import { asMemberId } from '../../common/domain/ids.ts';
import { followFlushes } from './unflushed.ts';

const AN = asMemberId('00000000-0000-4000-8000-000000000001');
const entry = (stream: string, seq: number) => ({ payload: { author: AN, stream, seq } }) as unknown as Entry;

/** A disk whose flushes end when the test says so, in any way. */
function written() {
  const heads = new Map<string, number>();
  const unflushed = followFlushes(({ payload }) => {
    const seq = heads.get(payload.stream);
    return seq === undefined ? undefined : ({ stream: payload.stream, seq } as StreamHead);
  });
  const write = (...entries: Entry[]) => {
    const flush = Promise.withResolvers<void>();
    const onDisk = unflushed.append(entries, () => {
      for (const { payload } of entries) heads.set(payload.stream, payload.seq);
      return flush.promise;
    });
    return { ...flush, onDisk };
  };
  const streams = () => [...unflushed.streams()].map(([key, head]) => `${key.slice(37)} ${head?.seq ?? 'nothing'}`);
  return { unflushed, write, streams };
}

describe('what the disk does not have yet', () => {
  it('begins where the disk ends, stream by stream', async () => {
    const { write, streams } = written();
    expect(streams()).toEqual([]);
    const first = write(entry('acts', 1), entry('acts', 2), entry('doc/plan', 1));
    const second = write(entry('acts', 3));
    expect(streams()).toEqual(['acts nothing', 'doc/plan nothing']);
    first.resolve();
    await first.onDisk;
    expect(streams()).toEqual(['acts 2']);
    second.resolve();
    await second.onDisk;
    expect(streams()).toEqual([]);
  });

  it('stays so after a flush that failed, until a later one has it', async () => {
    const { unflushed, write, streams } = written();
    const first = write(entry('acts', 1));
    first.reject(new Error('no disk'));
    await expect(first.onDisk).rejects.toThrow('no disk');
    expect(streams()).toEqual(['acts nothing']);
    await expect(unflushed.onDisk(() => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
    expect(streams()).toEqual(['acts nothing']);
    const later = Promise.withResolvers<void>();
    const flushed = unflushed.onDisk(() => later.promise);
    const meanwhile = write(entry('acts', 2));
    later.resolve();
    await flushed;
    expect(streams()).toEqual(['acts 1']);
    meanwhile.resolve();
    await meanwhile.onDisk;
    expect(streams()).toEqual([]);
  });

  it('is not what was not written at all', () => {
    const { unflushed, streams } = written();
    expect(() =>
      unflushed.append([entry('acts', 1)], () => {
        throw new Error('full');
      }),
    ).toThrow('full');
    expect(streams()).toEqual([]);
  });
});
