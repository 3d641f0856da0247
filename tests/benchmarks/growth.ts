import { createPrivateKey } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as Y from 'yjs';
import { addStroke, annotationId } from '../../common/collab/annotations.ts';
import {
  DOCUMENT_CHANGE,
  DOCUMENT_SNAPSHOT,
  type Entry,
  type EntryPayload,
  type Stream,
} from '../../common/acts/entry.ts';
import type { EntryLog } from '../../common/acts/entry-log.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { signEntry } from '../../main/identity/entry-signature.ts';
import { createSigner } from '../../main/identity/signer.ts';
import { dueSnapshot } from '../../main/meetings/snapshots.ts';
import { openStore } from '../../main/store/open-store.ts';

import { startProcess } from './child-process.ts';
import { enrolledOrganisation, type EnrolledPerson } from './enrolled-people.ts';
import { meetingFolder } from './fan-out/meeting-folder.ts';
import { handwriting } from './fan-out/strokes.ts';
import type { Grown, GrowthQuestion } from './growth-process.ts';
import { compared, short, type Benchmark, type Measured } from './rows.ts';

const SIZES = [1000, 10_000, 100_000];
const AUTHORS = 20;
const POINTS = 40;
/** Strokes after which the pen rests; then the author's laptop makes a snapshot when one is due. */
const TOGETHER = 50;
/** Accepted, and a third of the work of the usual 3072: a hundred thousand signatures are made for this. */
const KEY_BITS = 2048;

export const growth: Benchmark = {
  name: 'growth',
  takes: '1 minute',
  async run({ folder, say }) {
    const organisation = await enrolledOrganisation(AUTHORS, { keys: 1, bits: KEY_BITS, quickToUnlock: true });
    const { folder: empty, meeting, paper } = await meetingFolder(folder, organisation);
    const rows: Measured[] = [];
    for (const size of SIZES) {
      say(`${size} strokes`);
      const grown = join(folder, `grown-${size}`);
      await cp(empty, grown, { recursive: true });
      const states: Uint8Array[] = [];
      const store = openStore(grown);
      for (const person of organisation.people)
        states.push(await write(person, { meeting, paper, count: size / AUTHORS }, store.entries));
      await store.close();
      const documents = organisation.people.map(({ member }) => `${meeting}/ink/${paper}/${member}`);
      const ours = await measureIn({ ask: 'meeting', folder: grown, documents });
      const plain = await measureIn({ ask: 'states', states });
      if (ours.strokes !== size || plain.strokes !== size) throw new Error(`${ours.strokes} of ${size} strokes came`);
      say(
        `${size}: ${short(ours.milliseconds)} ms, ${short(ours.heapMegabytes)} MB, ${short(ours.diskMegabytes)} MB on disk`,
      );
      rows.push(...rowsOf(size, ours, plain));
      await rm(grown, { recursive: true, force: true });
    }
    return rows;
  },
};

/** One stroke an entry, as pens are lifted. Returns the author's document. */
async function write(
  { member, certificate, tls }: EnrolledPerson,
  { meeting, paper, count }: { readonly meeting: MeetingId; readonly paper: Sha256; readonly count: number },
  log: EntryLog,
): Promise<Uint8Array> {
  const signer = createSigner(createPrivateKey(tls.key), [certificate]);
  const stream: Stream = `doc/ink/${paper}/${member}`;
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  let prev: Sha256 | null = null;
  let seq = 0;
  async function next(kind: string, body: EntryPayload['body']): Promise<Entry> {
    const time = new Date().toISOString();
    const entry = await signEntry(signer, {
      v: 1,
      meeting,
      author: member,
      stream,
      seq: ++seq,
      prev,
      time,
      kind,
      body,
    });
    prev = entry.hash;
    return entry;
  }
  for (let stroke = 1; stroke <= count;) {
    const entries: Entry[] = [];
    while (entries.length < TOGETHER && stroke <= count) {
      addStroke(doc, annotationId(Date.now() + stroke, Math.random), handwriting(POINTS, stroke), 'pen');
      const update = Buffer.from(updates.pop() as Uint8Array).toString('base64url');
      entries.push(await next(DOCUMENT_CHANGE, { update }));
      stroke++;
    }
    log.append(entries);
    const due = dueSnapshot(log, { meeting, author: member, stream });
    if (typeof due === 'object') log.append([{ ...(await next(DOCUMENT_SNAPSHOT, due.body)), state: due.state }]);
  }
  return Y.encodeStateAsUpdate(doc);
}

async function measureIn(question: GrowthQuestion): Promise<Grown> {
  const helper = startProcess('growth-process.ts', [], ['--expose-gc']);
  try {
    return await helper.ask<Grown>(question);
  } finally {
    await helper.end();
  }
}

function rowsOf(size: number, ours: Grown, plain: Grown): Measured[] {
  const label = `${size / 1000}k`;
  const against = 'the same strokes as plain Yjs states';
  const what = `${size} strokes of ${AUTHORS} authors on one paper, each a signed entry (RSA ${KEY_BITS}), snapshots as they fall due`;
  const row = (name: string, unit: 'ms' | 'MB', of: (grown: Grown) => number, text: string): Measured =>
    compared({ name, unit, value: of(ours), n: 1, against, other: of(plain), otherN: 1, what: `${what}: ${text}` });
  return [
    row(
      `growth-${label}-start`,
      'ms',
      (grown) => grown.milliseconds,
      'from opening the data folder to the moment when windows have all documents (without the start of the process); ' +
        'for the other, applying the states.',
    ),
    row(
      `growth-${label}-memory`,
      'MB',
      (grown) => grown.heapMegabytes,
      "heap and buffers that this keeps, garbage collected; here both the engine's copy of each document and the windows', in one process.",
    ),
    row(
      `growth-${label}-disk`,
      'MB',
      (grown) => grown.diskMegabytes,
      'the whole data folder; for the other, the bytes of the states.',
    ),
  ];
}
