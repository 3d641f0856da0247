import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot } from '../../scripts/setup/paths.mjs';
import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import type { MeetingView, PaperStatus } from '../../common/contract/requests.ts';
import { layNetwork, whyNoNetwork } from '../chaos/network.ts';
import { makePdf } from '../fixtures/pdfs.ts';
import { startProcess, type Helper } from './child-process.ts';
import { enrolledOrganisation, layDataFolder } from './enrolled-people.ts';
import { openEngine } from './engine-laptop.ts';
import { prepareMeeting } from './prepared-meeting.ts';
import { measured, pause, quantile, short, type Benchmark, type Measured } from './rows.ts';
import type { ThinLineQuestion } from './thin-line-process.ts';

const KILOBITS = 256;
const PAPER_BYTES = 5_000_000;
/** Of each period the village's cable is out: five hundredths. */
const OUTAGE_PERIOD_MILLISECONDS = 20_000;
const OUTAGE_MILLISECONDS = 1000;
const ASIDE_MILLISECONDS = 500;
const IDLE_SAMPLES = 15;
/** Chunks are counted when they are whole. */
const BUSY_CHUNKS = 2;
const BUSY_SECONDS = 150;
/** Longer ones, after which the link has to be made anew. */
const LOSSES_MILLISECONDS = [2600, 3400, 4700];
const LOSSES = 9;
const BETWEEN_LOSSES_MILLISECONDS = 3000;

const [HOST, OFFICE, VILLAGE] = [0, 1, 2];

/**
 * A village laptop on a line of 256 kbit/s that is out a twentieth of the time, and a paper of 5 MB coming over it: how long
 * ballots and strokes take meanwhile, both ways, beside the same line without the paper; and how soon after longer outages.
 */
export const thinLine: Benchmark = {
  name: 'thin-line',
  takes: '6 minutes',
  long: true,
  async run(place) {
    const why = whyNoNetwork();
    if (why) throw new Error(why);
    const network = layNetwork(3);
    const laptops: Helper[] = [];
    const start = (laptop: number): Helper => {
      const helper = startProcess('thin-line-process.ts', network.within(laptop));
      laptops.push(helper);
      return helper;
    };
    let outages: NodeJS.Timeout | undefined;
    let mending: NodeJS.Timeout | undefined;
    try {
      const organisation = await enrolledOrganisation(3);
      const [host, office, village] = [0, 1, 2].map((index) => join(place.folder, String(index))) as [
        string,
        string,
        string,
      ];
      for (const [index, folder] of [host, office, village].entries()) {
        const person = organisation.people[index];
        if (person) await layDataFolder(folder, organisation, person);
      }
      const file = join(place.folder, 'to-trinh.pdf');
      const pdf = await makePdf(2);
      // What follows the end of a PDF is read as a comment.
      await writeFile(file, Buffer.concat([pdf, Buffer.alloc(PAPER_BYTES - pdf.byteLength, '%')]));
      const small = join(place.folder, 'nho.pdf');
      await writeFile(small, pdf);
      const secretary = await openEngine(host, 'host');
      const { meeting, items } = await prepareMeeting(secretary, organisation.people, { items: 1, papers: [small] });
      await secretary.close();

      const [at, near, far] = [start(HOST), start(OFFICE), start(VILLAGE)];
      const open = (helper: Helper, folder: string, laptop: number) =>
        helper.ask({
          ask: 'open',
          folder,
          resources: inRoot('main'),
          host: network.address(laptop),
        } satisfies ThinLineQuestion);
      await open(at, host, HOST);
      await open(near, office, OFFICE);
      await open(far, village, VILLAGE);
      const request = <Answer>(helper: Helper, name: string, input: object) =>
        helper.ask<Answer>({ ask: 'request', name, input } as ThinLineQuestion);
      const { addresses } = await request<{ addresses: string[] }>(at, 'meetings.carry', { meeting });
      await request(near, 'meetings.join', { address: addresses[0], meeting });
      await untilConnected(near, meeting);

      network.limit(VILLAGE, KILOBITS);
      const members = organisation.people.map(({ member }) => member);
      const ink = `${meeting}/ink/${'a'.repeat(64)}/${members[OFFICE] as MemberId}`;
      await request(far, 'meetings.join', { address: addresses[0], meeting });
      await untilConnected(far, meeting);
      for (const helper of [near, far]) await helper.ask({ ask: 'follow', document: ink } satisfies ThinLineQuestion);
      const sample = samples({ near, far, meeting, members });

      place.say('the line without a paper');
      await pause(3000);
      const idle: Sample[] = [];
      for (let index = 0; index < IDLE_SAMPLES; index++) idle.push(await sample());

      place.say(
        `a paper of ${PAPER_BYTES / 1e6} MB comes, the line is out for ${OUTAGE_MILLISECONDS} ms in ${OUTAGE_PERIOD_MILLISECONDS}`,
      );
      await request(at, 'papers.add', { meeting, item: items[0]?.id, paths: [file] });
      let outage = 0;
      outages = setInterval(() => {
        outage++;
        network.plug(VILLAGE, false);
        mending = setTimeout(() => network.plug(VILLAGE, true), OUTAGE_MILLISECONDS);
      }, OUTAGE_PERIOD_MILLISECONDS);
      const began = performance.now();
      const busy = [];
      let bytes = 0;
      while (bytes < BUSY_CHUNKS * PAPER_CHUNK_BYTES && performance.now() - began < BUSY_SECONDS * 1000) {
        busy.push(await sample());
        bytes = await have(request, far, meeting);
      }
      const seconds = (performance.now() - began) / 1000;
      clearInterval(outages);
      const [losses = 0, shown = 0] = await far.ask<number[]>({ ask: 'losses' } satisfies ThinLineQuestion);
      place.say(
        `${outage} outages, ${losses} losses of the link, ${shown} of them shown (over two seconds); the paper came at ${short((bytes * 8) / 1000 / seconds)} kbit/s`,
      );
      clearTimeout(mending);
      network.plug(VILLAGE, true);
      place.say(`the line is out ${LOSSES} times for so long that the link is lost`);
      const back = [];
      for (let loss = 0; loss < LOSSES; loss++) {
        await pause(BETWEEN_LOSSES_MILLISECONDS * (1 + Math.random()));
        network.plug(VILLAGE, false);
        await pause(LOSSES_MILLISECONDS[loss % LOSSES_MILLISECONDS.length] as number);
        network.plug(VILLAGE, true);
        back.push(await stroke({ near, far }, `back${loss}`));
      }
      return [...rows(idle, busy, { losses, shown }, bytes / seconds), backRow(idle, back)];
    } finally {
      clearInterval(outages);
      clearTimeout(mending);
      for (const helper of laptops) await helper.end();
      await network.remove();
    }
  },
};

interface Sample {
  readonly up: number;
  readonly down: number;
  readonly stroke: number;
}

/** One ballot-like act each way and one stroke to the village. */
function samples(room: { near: Helper; far: Helper; meeting: MeetingId; members: readonly MemberId[] }) {
  const { near, far, meeting, members } = room;
  const seqs = new Map<Helper, number>();
  let strokes = 0;

  async function act(from: Helper, to: Helper, author: MemberId): Promise<number> {
    const known = seqs.get(from) ?? (await headOf(from, meeting, author));
    const question = { ask: 'act', meeting, kind: 'checked-in', body: { how: 'remote' } } satisfies ThinLineQuestion;
    const began = await from.ask<number>(question);
    seqs.set(from, known + 1);
    const arrived = await to.ask<number>({
      ask: 'arrived',
      meeting,
      author,
      seq: known + 1,
    } satisfies ThinLineQuestion);
    return arrived - began;
  }

  return async (): Promise<Sample> => {
    const up = await act(far, near, members[VILLAGE] as MemberId);
    // While an own act is under way papers wait: what comes next must not profit by it.
    await pause(ASIDE_MILLISECONDS * (1 + Math.random()));
    const down = await act(near, far, members[OFFICE] as MemberId);
    await pause(ASIDE_MILLISECONDS * (1 + Math.random()));
    const drawn = await stroke({ near, far }, `s${strokes++}`);
    await pause(ASIDE_MILLISECONDS * (1 + Math.random()));
    return { up, down, stroke: drawn };
  };
}

async function stroke({ near, far }: { readonly near: Helper; readonly far: Helper }, key: string): Promise<number> {
  const began = await near.ask<number>({ ask: 'draw', key } satisfies ThinLineQuestion);
  return (await far.ask<number>({ ask: 'drawn', key } satisfies ThinLineQuestion)) - began;
}

async function headOf(helper: Helper, meeting: MeetingId, author: MemberId): Promise<number> {
  return await helper.ask<number>({ ask: 'head', meeting, author } satisfies ThinLineQuestion);
}

async function untilConnected(helper: Helper, meeting: MeetingId): Promise<void> {
  for (;;) {
    const view = await helper.ask<MeetingView>({ ask: 'request', name: 'meetings.state', input: { meeting } });
    if (view.connection.state === 'connected' && view.state !== null) return;
    await pause(100);
  }
}

async function have(
  request: <Answer>(helper: Helper, name: string, input: object) => Promise<Answer>,
  helper: Helper,
  meeting: MeetingId,
): Promise<number> {
  const papers = await request<readonly PaperStatus[]>(helper, 'papers.status', { meeting });
  return papers.find(({ size }) => size === PAPER_BYTES)?.have ?? 0;
}

function rows(
  idle: readonly Sample[],
  busy: readonly Sample[],
  { losses, shown }: { readonly losses: number; readonly shown: number },
  bytesPerSecond: number,
): Measured[] {
  const line = `a line of ${KILOBITS} kbit/s (tbf, veth)`;
  const while_ = `while a paper of 5 MB comes over it at ${short((bytesPerSecond * 8) / 1000)} kbit/s and the line is out for one second in twenty; the link was lost ${losses} times, ${shown} of them for over two seconds`;
  const row = (name: string, of: (one: Sample) => number, what: string): Measured =>
    measured({
      name: `thin-line-${name}`,
      unit: 'ms',
      samples: busy.map(of),
      against: 'the same line with nothing else on it',
      otherSamples: idle.map(of),
      what: `${what}, over ${line}, ${while_}; p95 ${short(quantile(busy.map(of), 0.95))} ms, longest ${short(Math.max(...busy.map(of)))} ms.`,
    });
  return [
    row('ballot-up', ({ up }) => up, 'A signed act from the village until it is on the disk of a laptop elsewhere'),
    row('ballot-down', ({ down }) => down, 'A signed act from elsewhere until it is on the disk in the village'),
    row('stroke-down', ({ stroke }) => stroke, 'A stroke drawn elsewhere until it is in the document in the village'),
  ];
}

function backRow(idle: readonly Sample[], back: readonly number[]): Measured {
  return measured({
    name: 'thin-line-back',
    unit: 'ms',
    samples: back,
    against: 'a stroke over the same line with nothing else on it',
    otherSamples: idle.map(({ stroke }) => stroke),
    what: `A line of ${KILOBITS} kbit/s was out for ${LOSSES_MILLISECONDS.map((length) => length / 1000).join(', ')} s, long enough for the link to be lost, while a paper came over it: from the moment when it is back, and a stroke is drawn elsewhere, until that is in the document in the village. Handshakes, the paper's rest and what the link has to say come over it as well.`,
  });
}
