import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { createDocumentClients } from '../../common/collab/document-clients.ts';
import { ChangeNotKept, serveDocument, type DocumentConnection } from '../../common/collab/document-connection.ts';
import { shapeOf } from '../../common/collab/document-shapes.ts';
import { judgeLive } from '../../common/collab/write-check.ts';
import type { DocumentChannel, DocumentListeners } from '../../common/contract/bridge.ts';
import { asMemberId } from '../../common/domain/ids.ts';
import { connectDocument } from './document-provider.ts';
import { openLastingDocument } from './lasting-document.ts';

const MEMBER = asMemberId('00000000-0000-4000-8000-000000000001');
const NOTES = shapeOf('private/notes');

/** An engine's side of documents: what the product serves windows with, over channels that can be cut. */
function engine(mayWriteAtFirst = true) {
  let mayWrite = mayWriteAtFirst;
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  awareness.setLocalState(null);
  const clients = createDocumentClients();
  const open = new Set<{ listeners: DocumentListeners; connection: DocumentConnection }>();
  const disk = { full: false, kept: [] as Uint8Array[] };
  const keep = (update: Uint8Array) => {
    if (disk.full) throw new Error('no room');
    disk.kept.push(update);
    return () => undefined;
  };
  return {
    disk,
    doc,
    awareness,
    open(_name: string, listeners: DocumentListeners): DocumentChannel {
      const connection = serveDocument(
        { doc, awareness, judge: (author, update) => judgeLive(update, NOTES, author, doc, clients) },
        {
          member: MEMBER,
          send: (bytes) => queueMicrotask(() => listeners.onMessage(bytes)),
          get mayWrite() {
            return mayWrite;
          },
          mayBeAware: true,
          keep,
        },
      );
      const channel = { listeners, connection };
      open.add(channel);
      return {
        send(bytes) {
          let code = 'document-refused';
          try {
            if (!open.has(channel) || connection.receive(bytes.slice())) return;
          } catch (error) {
            expect(error).toBeInstanceOf(ChangeNotKept);
            code = 'disk-full';
          }
          open.delete(channel);
          connection.close();
          queueMicrotask(() => listeners.onClose(code));
        },
        close: () => {
          if (open.delete(channel)) connection.close();
        },
      };
    },
    allow: (may: boolean) => void (mayWrite = may),
    /** Ends every channel, as an engine that dies. */
    cut(): void {
      for (const channel of open) {
        open.delete(channel);
        channel.connection.close();
        channel.listeners.onClose('engine-gone');
      }
    },
    connected: () => open.size,
  };
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const said = (doc: Y.Doc): string => doc.getText('notes').toString();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a document of the window', () => {
  it('has what the engine has, and the engine what is written here', async () => {
    const there = engine();
    there.doc.getText('notes').insert(0, 'Chương trình');
    const here = connectDocument('m/plan', (name, listeners) => there.open(name, listeners));
    expect(here.synced()).toBe(false);
    await settle();
    expect(here.synced()).toBe(true);
    expect(said(here.doc)).toBe('Chương trình');
    here.doc.getText('notes').insert(12, ' họp');
    there.doc.getText('notes').insert(0, '1. ');
    await settle();
    expect(said(there.doc)).toBe('1. Chương trình họp');
    expect(said(here.doc)).toBe('1. Chương trình họp');
    here.destroy();
  });

  it('is opened again after a cut, and brings what an engine lost that died before writing it down', async () => {
    const first = engine();
    let now = first;
    const here = connectDocument('m/plan', (name, listeners) => now.open(name, listeners));
    await settle();
    here.doc.getText('notes').insert(0, 'đã gửi');
    await settle();
    expect(said(first.doc)).toBe('đã gửi');
    now = engine();
    first.cut();
    expect(here.closedBecause()).toBe('engine-gone');
    here.doc.getText('notes').insert(0, 'khi ngắt, ');
    await vi.advanceTimersByTimeAsync(1000);
    expect(said(now.doc)).toBe('khi ngắt, đã gửi');
    expect(here.closedBecause()).toBeNull();
    here.destroy();
    expect(now.connected()).toBe(0);
  });

  it('keeps what a full disk did not take, says so, and brings it when there is room', async () => {
    const there = engine();
    const here = connectDocument('m/minutes', (name, listeners) => there.open(name, listeners));
    const told: number[] = [];
    here.subscribe(() => told.push(here.unsaved()));
    await settle();
    here.doc.getText('notes').insert(0, 'đã lưu');
    expect(here.unsaved()).toBe(1);
    await settle();
    expect(here.unsaved()).toBe(0);

    there.disk.full = true;
    here.doc.getText('notes').insert(0, 'chưa lưu, ');
    await vi.advanceTimersByTimeAsync(30_000);
    here.doc.getText('notes').insert(0, 'cũng ');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(here.unsaved()).toBeGreaterThan(0);
    expect(here.closedBecause()).toBe('disk-full');
    expect(said(here.doc)).toBe('cũng chưa lưu, đã lưu');
    // What is not on disk is nowhere else either.
    expect(said(there.doc)).toBe('đã lưu');
    expect(there.disk.kept).toHaveLength(1);

    there.disk.full = false;
    await vi.advanceTimersByTimeAsync(6000);
    expect(said(there.doc)).toBe('cũng chưa lưu, đã lưu');
    expect(here.unsaved()).toBe(0);
    expect(here.closedBecause()).toBeNull();
    expect(told.at(-1)).toBe(0);
    // Only what was missing was stored again.
    const again = new Y.Doc();
    for (const update of there.disk.kept) Y.applyUpdate(again, update);
    expect(said(again)).toBe('cũng chưa lưu, đã lưu');
    expect(there.disk.kept).toHaveLength(2);
    here.destroy();
  });

  it('sends nothing but questions where it may only read, so that it is not shut out', async () => {
    const there = engine(false);
    there.doc.getText('notes').insert(0, 'chỉ đọc');
    const here = connectDocument('m/plan', (name, listeners) => there.open(name, listeners));
    await settle();
    there.cut();
    await vi.advanceTimersByTimeAsync(1000);
    expect(said(here.doc)).toBe('chỉ đọc');
    expect(there.connected()).toBe(1);
    here.destroy();
  });

  it('tells others who is here, and forgets them when the way is cut', async () => {
    const there = engine();
    const one = connectDocument('m/floor', (name, listeners) => there.open(name, listeners));
    const two = connectDocument('m/floor', (name, listeners) => there.open(name, listeners));
    await settle();
    one.awareness.setLocalState({ presenting: { page: 3 } });
    await settle();
    const seen = () => [...two.awareness.getStates().values()];
    expect(seen()).toEqual([{ presenting: { page: 3 } }]);
    there.cut();
    expect(seen()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen()).toEqual([{ presenting: { page: 3 } }]);
    one.destroy();
    await settle();
    expect(seen()).toEqual([]);
    two.destroy();
  });
});

describe('after a change was refused', () => {
  const lost: string[] = [];
  const lasting = (there: ReturnType<typeof engine>, onOpen = () => {}) =>
    openLastingDocument(
      'm/minutes',
      (name, listeners) => {
        onOpen();
        return there.open(name, listeners);
      },
      MEMBER,
      (words) => lost.push(words),
    );
  beforeEach(() => void (lost.length = 0));

  it('waits longer each time, and does not insist', async () => {
    const there = engine(false);
    let opened = 0;
    there.doc.getText('notes').insert(0, 'của chủ trì');
    const here = lasting(there, () => (opened += 1));
    const insists = () => here.current().doc.getText('notes').insert(0, 'không được');
    insists();
    const stop = here.subscribe(() => here.current().synced() && here.current().unsaved() === 0 && insists());
    await vi.advanceTimersByTimeAsync(60_000);
    stop();
    expect(opened).toBeLessThan(20);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said(there.doc)).toBe('của chủ trì');
    expect(said(here.current().doc)).toBe('của chủ trì');
    expect(there.connected()).toBe(1);
    here.destroy();
  });

  it('has what the engine has, says which words were lost, and is written in as before', async () => {
    const there = engine();
    const here = lasting(there);
    await settle();
    const first = here.current();
    first.doc.getText('notes').insert(0, 'Giữ. ');
    await settle();
    there.allow(false);
    first.doc.getText('notes').insert(5, 'Mất một.');
    // Typed before anybody knows.
    first.doc.getText('notes').insert(5, 'Mất hai.');
    first.doc.getText('notes').delete(0, 2);
    await settle();
    expect(here.current()).not.toBe(first);
    expect(here.current().synced()).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(lost).toEqual(['Mất một. Mất hai.']);
    expect(said(here.current().doc)).toBe('Giữ. ');
    expect(here.current().unsaved()).toBe(0);

    there.allow(true);
    here.current().doc.getText('notes').insert(5, 'Lại được.');
    await settle();
    expect(said(there.doc)).toBe('Giữ. Lại được.');
    expect(here.current().unsaved()).toBe(0);
    expect(lost).toHaveLength(1);
    here.destroy();
  });

  it('says also what is no text, and what was held while the channel was closed', async () => {
    const there = engine();
    const here = lasting(there);
    await settle();
    here.current().doc.getText('notes').insert(0, 'Giữ.');
    await settle();
    there.allow(false);
    here.current().doc.getText('notes').delete(0, 4);
    await vi.advanceTimersByTimeAsync(1000);
    expect([said(here.current().doc), lost]).toEqual(['Giữ.', ['']]);
    there.cut();
    here.current().doc.getText('notes').insert(0, 'khi ngắt');
    await vi.advanceTimersByTimeAsync(1000);
    expect([said(here.current().doc), lost]).toEqual(['Giữ.', ['', 'khi ngắt']]);
    here.destroy();
  });
});
