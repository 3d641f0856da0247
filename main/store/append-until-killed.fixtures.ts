import { writeSync } from 'node:fs';
import { openStore } from './open-store.ts';
import { LAN, MEETING, MINH, sealedAct } from './store.fixtures.ts';

/**
 * A process of its own for `killed-process.test.ts`: appends without end, tells on standard output what it was promised
 * to have stored (`act <seq>`, `change <number>`, `heard <seq>`), and waits to be killed. Changes are numbered; entries of the plan
 * hold the numbers that they signed.
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
  if (act.payload.seq % 5 === 0) await onDisk;
}
