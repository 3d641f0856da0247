import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import { readNote, readStroke, strokesOf, notesOf } from '../../common/collab/annotations.ts';
import { minutesSection } from '../../common/collab/minutes.ts';
import { readAgenda } from '../../common/collab/plan.ts';
import { updateOf } from '../../common/collab/snapshot.ts';
import { encodeStroke } from '../../common/collab/stroke.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import { documentNames } from '../../main/meetings/state-hash.ts';
import { documentContent } from '../../common/collab/document-content.ts';
import type { OpenedLaptop } from '../../main/wiring/open-laptop.ts';
import type { DoneBy } from './ledger.ts';
import { strokeOf } from './person.ts';

/** Much longer than what others show live is gathered for the disk. */
const GATHERED_MILLISECONDS = 10_000;

/** What is wrong with the data of one laptop after everything has healed; empty when nothing is. */
export async function findings(options: {
  readonly engine: OpenedLaptop;
  readonly meeting: MeetingId;
  readonly paper: Sha256;
  readonly member: MemberId;
  readonly ledger: readonly DoneBy[];
}): Promise<string[]> {
  const { engine, meeting, paper, member } = options;
  const { store } = engine;
  const found: string[] = [];
  const documents = new Map<string, Y.Doc>();

  /** From the disk, not from what the engine holds in memory: the signed log, and what lost laptops had only shown. */
  function stored(name: string): Y.Doc {
    let doc = documents.get(name);
    if (!doc) {
      doc = new Y.Doc();
      for (const entry of store.entries.readStream(meeting, `doc/${name}`)) Y.applyUpdate(doc, updateOf(entry));
      for (const { changes } of store.shown.read(meeting, name)) Y.applyUpdate(doc, changes);
      documents.set(name, doc);
    }
    return doc;
  }

  const waits = (name: string) => (documentContent(name, stored(name)) as { waiting: boolean }).waiting;

  // What came live is on the disk a moment after it is on the screen.
  const end = performance.now() + GATHERED_MILLISECONDS;
  while (['plan', 'minutes'].some(waits) && performance.now() < end) {
    await pause(50);
    documents.clear();
  }

  const acts = [...store.entries.readStream(meeting, 'acts')].map((entry) => entry.payload);
  const wanted = new Map<string, { count: number; done: DoneBy & { what: 'act' } }>();
  for (const done of options.ledger) {
    if (done.what !== 'act') continue;
    const key = JSON.stringify([done.author, done.kind, done.body]);
    wanted.set(key, { count: (wanted.get(key)?.count ?? 0) + 1, done });
  }
  for (const { count, done } of wanted.values()) {
    const here = acts.filter(
      (act) => act.author === done.author && act.kind === done.kind && includes(act.body, done),
    ).length;
    if (here < count)
      found.push(`act lost: ${here} of ${count} ${done.kind} ${JSON.stringify(done.body)} of ${done.author}`);
    const unique = ['speak-requested', 'motion-opened', 'concluded'].includes(done.kind);
    if (unique && here > count) found.push(`act doubled: ${done.kind} ${JSON.stringify(done.body)} of ${done.author}`);
  }

  const text = minutesSection(stored('minutes'), 'opening').toString();
  const items = new Map(readAgenda(stored('plan')).map((item) => [item.id as string, item.title]));
  const erasing = new Set(options.ledger.flatMap((done) => (done.what === 'erasing' ? [done.id] : [])));
  for (const done of options.ledger) {
    const ink = stored(`ink/${paper}/${done.author}`);
    if (done.what === 'minutes') {
      const times = text.split(`[${done.token}]`).length - 1;
      if (times !== 1) found.push(`minutes: "${done.token}" of ${done.author} is there ${times} times`);
    } else if (done.what === 'item' && items.get(done.id) !== done.title) {
      found.push(`agenda item lost: ${done.id} of ${done.author}`);
    } else if (done.what === 'stroke' && !erasing.has(done.id) && !isStroke(ink, done.id)) {
      found.push(`stroke lost: ${done.id} of ${done.author}`);
    } else if (done.what === 'erased' && strokesOf(ink).has(done.id)) {
      found.push(`erased stroke is back: ${done.id} of ${done.author}`);
    } else if (done.what === 'note' && readNote(done.id, notesOf(ink).get(done.id))?.text !== done.text) {
      found.push(`note lost: ${done.id} of ${done.author}`);
    } else if (done.what === 'private-stroke') {
      if (done.author === member && !isPrivateStroke(done.id)) found.push(`private stroke lost: ${done.id}`);
      if (strokesOf(ink).has(done.id)) found.push(`private stroke got out: ${done.id} of ${done.author}`);
    }
  }

  function isPrivateStroke(id: string): boolean {
    const doc = new Y.Doc();
    const name = `private/${paper}`;
    for (const update of store.privateDocuments.load(meeting, name)?.updates ?? []) Y.applyUpdate(doc, update);
    return isStroke(doc, id);
  }

  for (const fork of store.forks.list(meeting)) found.push(`fork: ${fork.author} ${fork.stream}`);
  for (const name of documentNames(store.entries.heads(meeting))) {
    if (waits(name)) found.push(`changes of ${name} wait for what never came`);
  }
  store.checkIntegrity();
  const { state } = await engine.request('meetings.state', { meeting });
  if (state?.minutes.stage === 'sealed') {
    const path = join(store.dataDir, 'minutes-to-look-at.pdf');
    await engine.request('minutes.save', { meeting, path }).catch((error: unknown) => {
      found.push(`sealed minutes cannot be had: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  return found;
}

const isStroke = (doc: Y.Doc, id: string): boolean => {
  const value = strokesOf(doc).get(id);
  return (
    readStroke(id, value) !== undefined &&
    Buffer.from(value as Uint8Array).equals(Buffer.from(encodeStroke(strokeOf(id))))
  );
};

/** The laptop adds to some bodies (the ballots that a closing act counts); what the person gave has to be there. */
function includes(body: Readonly<Record<string, unknown>>, done: DoneBy & { what: 'act' }): boolean {
  return Object.entries(done.body).every(([key, value]) => key === 'ballots' || isDeepStrictEqual(body[key], value));
}
