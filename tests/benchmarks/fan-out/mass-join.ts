import { X509Certificate } from 'node:crypto';
import * as Y from 'yjs';
import { addStroke, annotationId } from '../../../common/collab/annotations.ts';
import { until } from '../../fixtures/laptops.ts';
import { openWindowDocument } from '../../fixtures/window-document.ts';
import { asShipped } from '../as-shipped.ts';
import { startProcess } from '../child-process.ts';
import { enrolledOrganisation, type EnrolledOrganisation } from '../enrolled-people.ts';
import { keepApart } from '../pinning.ts';
import type { Used } from '../process-usage.ts';
import { compared, pause, short, type Benchmark, type Measured } from '../rows.ts';
import type { Joined, JoiningLoadQuestion } from './joining-load-process.ts';
import { meetingFolder } from './meeting-folder.ts';
import { contestants, startContestant, startHost, type RunningServer } from './servers.ts';
import { handwriting } from './strokes.ts';

const LAPTOPS = 200;
const WITHIN_MILLISECONDS = 1000;
const STATE_BYTES = 5_000_000;
const STROKES_TOGETHER = 500;
const POINTS_PER_STROKE = 120;
const FLOOR = 'bare ws that sends the same bytes, mutual TLS';

interface Run extends Joined, Used {}

export const massJoin: Benchmark = {
  name: 'mass-join',
  takes: '2 minutes',
  async run({ folder, say }) {
    say(`making keys and certificates, and ${STATE_BYTES / 1e6} MB of ink`);
    const organisation = await enrolledOrganisation(LAPTOPS + 1, { keys: 4 });
    const [secretary] = organisation.people;
    if (!secretary) throw new Error('nobody is enrolled');
    const ca = new X509Certificate(organisation.root).toString();
    let update = new Uint8Array(0);
    let document = '';
    const meeting = await meetingFolder(folder, organisation, {
      async fill(laptop, prepared) {
        document = `ink/${prepared.paper}/${secretary.member}`;
        const own = openWindowDocument(laptop, `${prepared.meeting}/${document}`);
        await own.synced;
        update = await writeInk(own.doc, () => laptop.engine.store.pending.documents().length === 0);
        own.close();
      },
    });

    const host = await startHost(meeting.folder, meeting.meeting, ca);
    const ours = await join(host, organisation, { document });
    say(`this host: ${inWords(ours)}`);
    const entries = host.place.heads.reduce((sum, { seq }) => sum + seq, 0);
    const again = await startHost(meeting.folder, meeting.meeting, ca);
    const log = await join({ ...again, place: { ...again.place, heads: [] } }, organisation, { entries });
    say(`this host, its signed log: ${inWords(log)}`);

    const rows: Measured[] = [];
    for (const contestant of [contestants.floor, contestants.yWebsocket, contestants.hocuspocus]) {
      const server = await startContestant(contestant, { ...secretary.tls, ca }, { document: 'ink', update });
      const theirs = await join(server, organisation, { document: 'ink' });
      say(`${contestant.name}: ${inWords(theirs)}`);
      rows.push(...rowsOf(ours, theirs, contestant === contestants.floor ? FLOOR : contestant.name));
    }
    return [...rows, ...logRows(log, ours, entries)];
  },
};

/** Strokes as a person's window makes them, some hundred to a signed entry. Returns the whole as one update. */
async function writeInk(doc: Y.Doc, settled: () => boolean): Promise<Uint8Array<ArrayBuffer>> {
  for (let stroke = 0; Y.encodeStateAsUpdate(doc).byteLength < STATE_BYTES;) {
    doc.transact(() => {
      for (let count = 0; count < STROKES_TOGETHER; count++, stroke++)
        addStroke(doc, annotationId(Date.now() + stroke, Math.random), handwriting(POINTS_PER_STROKE, stroke), 'pen');
    });
    await until(settled, 60_000);
  }
  return new Uint8Array(Y.encodeStateAsUpdate(doc));
}

async function join(
  { helper, place }: RunningServer,
  organisation: EnrolledOrganisation,
  wanted: JoiningLoadQuestion['wanted'],
): Promise<Run> {
  const load = startProcess(await asShipped('fan-out/joining-load-process.ts'));
  try {
    keepApart(helper, load);
    await pause(500);
    await helper.ask({ ask: 'begin' });
    const people = organisation.people.slice(1).map(({ tls: { key, cert } }) => ({ key, cert }));
    const question: JoiningLoadQuestion = { place, people, within: WITHIN_MILLISECONDS, wanted };
    const joined = await load.ask<Joined>(question);
    return { ...joined, ...(await helper.ask<Used>({ ask: 'used' })) };
  } finally {
    await load.end();
    await helper.end();
  }
}

const inWords = ({ milliseconds, bytes, cpuMilliseconds, peakMegabytes }: Run): string =>
  `${short(milliseconds)} ms for ${short(bytes / 1e6)} MB each, ${short(cpuMilliseconds)} ms of processor, ${short(peakMegabytes)} MB`;

function rowsOf(ours: Run, theirs: Run, against: string): Measured[] {
  const what =
    `${LAPTOPS} laptops connect within one second over mutual TLS 1.3 and ask for a document of ` +
    `${(STATE_BYTES / 1e6).toFixed(0)} MB of strokes; server and laptops are a process each, on a core each`;
  const row = (name: string, unit: 'ms' | 'MB', of: (run: Run) => number, text: string): Measured =>
    compared({ name, unit, value: of(ours), n: 1, against, other: of(theirs), otherN: 1, what: `${what}: ${text}` });
  return [
    row(
      'mass-join-200',
      'ms',
      (run) => run.milliseconds,
      'from the first connection to the last laptop that has all of it.',
    ),
    row('mass-join-200-cpu', 'ms', (run) => run.cpuMilliseconds, "the server's processor time."),
    row(
      'mass-join-200-memory',
      'MB',
      (run) => run.peakMegabytes,
      "the most memory of the server's process (resident).",
    ),
  ];
}

/** The others have nothing like it: it stands beside the same state without signatures. */
function logRows(log: Run, document: Run, entries: number): Measured[] {
  const against = 'the same join that takes the document alone';
  const what =
    `The same ${LAPTOPS} laptops know nothing yet and take the signed log instead: ${entries} entries, ` +
    `${short(log.bytes / 1e6)} MB for each laptop`;
  return [
    compared({
      name: 'mass-join-200-log',
      unit: 'ms',
      value: log.milliseconds,
      n: 1,
      against,
      other: document.milliseconds,
      otherN: 1,
      what: `${what}: until the last one was sent everything and has acknowledged what went before.`,
    }),
    compared({
      name: 'mass-join-200-log-memory',
      unit: 'MB',
      value: log.peakMegabytes,
      n: 1,
      against,
      other: document.peakMegabytes,
      otherN: 1,
      what: `${what}: the most memory of the host's process (resident).`,
    }),
  ];
}
