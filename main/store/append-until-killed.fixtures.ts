import { writeSync } from 'node:fs';
import { openStore } from './open-store.ts';
import { sha256 } from './hash-bytes.ts';
import { INK, LAN, MEETING, MINH, sealedAct } from './store.fixtures.ts';

/**
 * A process of its own for `killed-process.test.ts`: appends without end, tells on standard output what it was promised
 * to have stored (`act <seq>`, `change <number>`, `heard <seq>`), and waits to be killed. Changes are numbered; entries of the plan
 * hold the numbers that they signed. Ink is replaced by a snapshot now and then (`ink <seq>`).
 */
const store = openStore(process.argv[2] ?? '');
const changes = 'doc/plan';
let lastChange = Number(process.argv[3] ?? 0);

const told = (line: string) => writeSync(1, `${line}\n`);

for (;;) {
  const head = store.entries.head(MEETING, LAN, 'acts');
  const act = sealedAct((head?.seq ?? 0) + 1, head?.hash ?? null);
  store.entries.append([act]);
  told(`act ${act.payload.seq}`);

  const heard = store.entries.head(MEETING, MINH, 'acts');
  const other = sealedAct((heard?.seq ?? 0) + 1, heard?.hash ?? null, { author: MINH });
  const onDisk = store.entries.appendSoon([other]);
  told(`heard ${other.payload.seq}`);

  for (let i = 0; i < 3; i++) {
    lastChange++;
    store.pending.add(MEETING, 'plan', Buffer.from(String(lastChange)));
    told(`change ${lastChange}`);
  }
  const pending = store.pending.read(MEETING, 'plan');
  if (!pending) throw new Error('what was added is not pending');
  const planHead = store.entries.head(MEETING, LAN, changes);
  const signed = sealedAct((planHead?.seq ?? 0) + 1, planHead?.hash ?? null, {
    stream: changes,
    kind: 'document-change',
    body: { changes: pending.updates.map((update) => Number(Buffer.from(update).toString())) },
  });
  store.pending.commit(MEETING, 'plan', pending.upTo, signed);

  const inkHead = store.entries.head(MEETING, LAN, INK);
  const inkSeq = (inkHead?.seq ?? 0) + 1;
  if (inkSeq % 4 === 0) {
    // What empty changes come to: the journal leaves it to be computed.
    const state = Buffer.of(0, 0);
    const body = { sha256: sha256(state), bytes: 2 };
    const place = { stream: INK, kind: 'document-snapshot', body };
    store.own.append({ ...sealedAct(inkSeq, inkHead?.hash ?? null, place), state });
  } else {
    store.own.append(
      sealedAct(inkSeq, inkHead?.hash ?? null, { stream: INK, kind: 'document-change', body: { update: 'AAA' } }),
    );
  }
  told(`ink ${inkSeq}`);
  if (act.payload.seq % 5 === 0) await onDisk;
}
