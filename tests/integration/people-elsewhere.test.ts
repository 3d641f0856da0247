import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MeetingView, PaperStatus } from '../../common/contract/requests.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import { inRoot } from '../../scripts/setup/paths.mjs';
import { startProcess, type Helper } from '../benchmarks/child-process.ts';
import { enrolledOrganisation, layDataFolder } from '../benchmarks/enrolled-people.ts';
import { openEngine } from '../benchmarks/engine-laptop.ts';
import { prepareMeeting } from '../benchmarks/prepared-meeting.ts';
import type { ThinLineQuestion } from '../benchmarks/thin-line-process.ts';
import { layTranslatedSites, whyNoSites, type TranslatedSites } from '../chaos/translated-sites.ts';
import { until } from '../fixtures/laptops.ts';
import { makePdf } from '../fixtures/pdfs.ts';
import type { Sample } from '../fixtures/prometheus.ts';
import { startRelay, type Relay } from '../fixtures/relay.ts';

// Two sites behind routers that translate addresses, both with the private network 10.77.0.0/24, and a relay outside.
// Every installation listens on the same port, so laptops of the two sites have the same addresses to the last digit.
const PORT = 7443;
const METRICS_PORT = 9100;
const PATIENCE = 60_000;
const ITEM = 'muc-1';
/** Several chunks, so that neighbours share them out. */
const PAPER_BYTES = 3_500_000;
/** Five seconds of the thin line. */
const THIN_PAPER_BYTES = 150_000;
const THIN_KILOBITS = 256;
/** Of each period the line is out: a twentieth. Milliseconds. */
const OUTAGE_PERIOD = 5000;
const OUTAGE = 250;
/** Packets by which two laptops look for the relay again; one that finds it at once needs three. */
const TRIES = 40;

const none = whyNoSites();
describe.skipIf(none)(`people at two sites behind address translation${none ? ` (skipped: ${none})` : ''}`, () => {
  let folder: string;
  let sites: TranslatedSites;
  let relay: Relay;
  let relayName: string;
  let secretaryName: string;
  let meeting: MeetingId;
  let paper: Sha256;
  let all: readonly Laptop[];
  /** At the first site; the chair and another member are at the second. */
  let secretary: Laptop;
  let clerk: Laptop;
  let chair: Laptop;
  let villager: Laptop;
  const helpers: Helper[] = [];

  interface Laptop {
    readonly member: MemberId;
    readonly helper: Helper;
  }

  const ask = <Answer>({ helper }: Laptop, question: ThinLineQuestion) => helper.ask<Answer>(question);
  const request = <Answer>(laptop: Laptop, name: string, input: object) =>
    ask<Answer>(laptop, { ask: 'request', name, input } as ThinLineQuestion);
  const view = (laptop: Laptop) => request<MeetingView>(laptop, 'meetings.state', { meeting });
  const act = (laptop: Laptop, kind: string, body: object) => request(laptop, 'meetings.act', { meeting, kind, body });
  const joinAt = (laptop: Laptop, address: string) => request(laptop, 'meetings.join', { address, meeting });
  const ink = ({ member }: Laptop) => `${meeting}/ink/${paper}/${member}`;
  const papers = (laptop: Laptop) => request<PaperStatus[]>(laptop, 'papers.status', { meeting });
  const has = async (laptop: Laptop, count: number) =>
    (await papers(laptop)).filter(({ state }) => state === 'here').length === count;
  const relayAddress = () => `${sites.relay}:${PORT}`;

  async function everywhere(what: (laptop: Laptop) => Promise<boolean>): Promise<void> {
    for (const laptop of all) await until(() => what(laptop), PATIENCE);
  }

  /** All are with the relay, and everybody is there. */
  const withRelay = () =>
    everywhere(async (laptop) => {
      const { connection } = await view(laptop);
      return connection.state === 'connected' && connection.carriedBy === relayName && connection.online.length === 5;
    });

  /** Bytes of papers that the relay handed out, questions and heads included. */
  async function handedOut(): Promise<number> {
    const url = `http://${sites.relay}:${METRICS_PORT}/metrics`;
    const samples = await ask<Sample[]>(clerk, { ask: 'scrape', url });
    const found = samples.find(
      ({ name, labels }) => name === 'phien_paper_bytes_total' && labels['direction'] === 'out',
    );
    if (!found) throw new Error('the relay counts no papers');
    return found.value;
  }

  async function openMotion(motion: string): Promise<void> {
    const { rules, state } = await view(chair);
    const count = (state?.motions.length ?? 0) + 1;
    await act(chair, 'motion-opened', { motion, item: null, text: 'Thông qua', secret: false, rule: rules.vote });
    await everywhere(async (laptop) => (await view(laptop)).state?.motions.length === count);
  }

  const voted = async (laptop: Laptop) => (await view(laptop)).state?.motions.at(-1)?.tally.voted;

  /** A stroke that the one draws is on the other's screen. */
  async function stroke(from: Laptop, to: Laptop, key: string): Promise<void> {
    await ask(from, { ask: 'draw', key });
    await ask(to, { ask: 'drawn', key });
  }

  /** An act of the one is on the other's disk. */
  async function passes(from: Laptop, to: Laptop): Promise<void> {
    await act(from, 'checked-in', { how: 'remote' });
    const seq = await ask<number>(from, { ask: 'head', meeting, author: from.member });
    await ask(to, { ask: 'arrived', meeting, author: from.member, seq });
  }

  async function pdfOf(name: string, bytes: number): Promise<string> {
    const file = join(folder, name);
    const pdf = await makePdf(2);
    // What follows the end of a PDF is read as a comment.
    await writeFile(file, Buffer.concat([pdf, Buffer.alloc(bytes - pdf.byteLength, '%')]));
    return file;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'phien-elsewhere-'));
    sites = layTranslatedSites(2);
    const organisation = await enrolledOrganisation(5, { keys: 1, bits: 2048, quickToUnlock: true });
    const { people } = organisation;
    [secretaryName, relayName] = [people[0]?.name ?? '', people[4]?.name ?? ''];
    const folders = people.map((_, index) => join(folder, String(index)));
    for (const [index, person] of people.entries()) await layDataFolder(folders[index] as string, organisation, person);
    const prepared = await openEngine(folders[0] as string, 'secretary');
    const file = await pdfOf('to-trinh.pdf', 500_000);
    const made = await prepareMeeting(prepared, people.slice(0, 4), { items: 1, papers: [file] });
    ({ meeting } = made);
    paper = made.papers[0] as Sha256;
    await prepared.request('meetings.stopCarrying', { meeting });
    for (const setting of ['port', `succession/${meeting}`]) prepared.engine.store.settings.remove(setting);
    await prepared.close();

    async function open(person: number, site: 0 | 1, laptop: number): Promise<Laptop> {
      const helper = startProcess('thin-line-process.ts', sites.at({ site, laptop }));
      const opened = { member: people[person]?.member as MemberId, helper };
      helpers.push(helper);
      await ask(opened, {
        ask: 'open',
        folder: folders[person] as string,
        resources: inRoot('main'),
        host: '0.0.0.0',
        port: PORT,
      });
      return opened;
    }
    const opening = [open(0, 0, 0), open(2, 0, 1), open(1, 1, 0), open(3, 1, 1)] as const;
    const metrics = ['--metrics', `${sites.relay}:${METRICS_PORT}`, '--log-level', 'warn'];
    const place = { host: sites.relay, within: sites.at('relay') };
    relay = await startRelay(folders[4] as string, metrics, PORT, place);
    [secretary, clerk, chair, villager] = all = await Promise.all(opening);
  }, 180_000);
  afterAll(async () => {
    for (const helper of helpers) await helper.end();
    await relay?.stop('SIGKILL');
    sites?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test('[RELAY-1] acts, strokes and papers pass between the sites', async () => {
    const { addresses } = await request<{ addresses: string[] }>(secretary, 'meetings.carry', { meeting });
    // Remembered where it was carried: at the other site somebody else has that address.
    expect(addresses).toEqual([`${sites.address(0)}:${PORT}`]);
    await joinAt(clerk, addresses[0] as string);
    await request(secretary, 'meetings.entrust', { meeting, address: relayAddress() });
    for (const laptop of [chair, villager]) await joinAt(laptop, relayAddress());
    await withRelay();

    await act(chair, 'meeting-opened', {});
    for (const laptop of all) await act(laptop, 'checked-in', { how: 'remote' });
    await everywhere(async (laptop) => (await view(laptop)).state?.quorum.present === 4);
    await openMotion('m1');
    for (const laptop of all) await act(laptop, 'ballot', { motion: 'm1', choice: 'approve' });
    await everywhere(async (laptop) => (await voted(laptop)) === 4);

    for (const [laptop, other] of [
      [clerk, villager],
      [villager, clerk],
    ] as const)
      for (const one of [other, laptop]) await ask(laptop, { ask: 'follow', document: ink(one) });
    await stroke(clerk, villager, 'from-the-first-site');
    await stroke(villager, clerk, 'from-the-second-site');

    await everywhere((laptop) => has(laptop, 1));
    await withRelay();
  }, 120_000);

  test('nobody can connect to a laptop of a site from outside', async () => {
    const laptop = `${sites.address(0)}:${PORT}`;
    // What laptops listen on can be reached at their own site.
    expect(await reaches(sites.at({ site: 0, laptop: 1 }), laptop)).toBe(true);
    const tries = [laptop, `${sites.outer(0)}:${PORT}`, `${sites.outer(1)}:${PORT}`];
    expect(await Promise.all(tries.map((one) => reaches(sites.at('relay'), one)))).toEqual([false, false, false]);
  });

  test('[LINK-3] when the router forgets its connections, the line is back after a few tries', async () => {
    const before = sites.tries(0);
    sites.forget(0);
    await Promise.all([passes(secretary, villager), passes(chair, clerk)]);
    await withRelay();
    expect(sites.tries(0) - before).toBeLessThanOrEqual(TRIES);
  }, 120_000);

  test('[PAPER-7] [PAPER-8] over a thin line with outages a ballot and strokes overtake a paper, which crosses it once', async () => {
    await act(chair, 'motion-closed', { motion: 'm1', ballots: [] });
    await openMotion('m2');
    // The line of the second site fails, and its router goes on over another provider.
    const before = sites.tries(1);
    sites.limit(1, THIN_KILOBITS);
    sites.renumber(1, '10.78.0.22');
    await Promise.all([passes(chair, clerk), passes(secretary, villager)]);
    await withRelay();
    expect(sites.tries(1) - before).toBeLessThanOrEqual(TRIES);

    // So that what the relay hands out is what goes to the second site.
    await request(clerk, 'papers.pause', { meeting, paused: true });
    const already = await handedOut();
    let outages = 0;
    let outage: NodeJS.Timeout | undefined;
    try {
      await request(secretary, 'papers.add', {
        meeting,
        item: ITEM,
        paths: [await pdfOf('bao-cao.pdf', THIN_PAPER_BYTES)],
      });
      outage = setInterval(() => {
        outages++;
        sites.plug(1, false);
        setTimeout(() => sites.plug(1, true), OUTAGE);
      }, OUTAGE_PERIOD);
      await until(async () => (await handedOut()) > already, PATIENCE);

      await act(villager, 'ballot', { motion: 'm2', choice: 'approve' });
      await until(async () => (await voted(clerk)) === 1, PATIENCE);
      await act(clerk, 'ballot', { motion: 'm2', choice: 'approve' });
      await until(async () => (await voted(villager)) === 2, PATIENCE);
      await stroke(clerk, villager, 'over-the-thin-line');
      await stroke(villager, clerk, 'back-over-the-thin-line');
      expect([await has(chair, 2), await has(villager, 2)]).toEqual([false, false]);

      await until(async () => (await handedOut()) - already > THIN_PAPER_BYTES / 2, PATIENCE);
      sites.forget(1);
      await stroke(clerk, villager, 'over-the-line-that-is-back');
      for (const laptop of [chair, villager]) await until(() => has(laptop, 2), PATIENCE);
      expect(outages).toBeGreaterThan(0);
      // One copy for both laptops, what was lost on the way of one piece at each cut, and the questions.
      expect((await handedOut()) - already).toBeLessThan(1.5 * THIN_PAPER_BYTES);
    } finally {
      clearInterval(outage);
      await request(clerk, 'papers.pause', { meeting, paused: false });
    }
  }, 120_000);

  test('[TAKE-5] [TAKE-8] a site whose line is out goes on by itself, and is with the others when it is back', async () => {
    sites.limit(1, undefined);
    sites.plug(1, false);
    const roles = async () =>
      Promise.all([chair, villager].map(async (laptop) => (await view(laptop)).connection.role));
    await until(async () => (await roles()).includes('host'), PATIENCE);
    await until(async () => (await view(villager)).connection.online.length === 2, PATIENCE);
    await passes(chair, villager);
    await passes(villager, chair);
    sites.plug(1, true);
    await withRelay();
    await passes(villager, clerk);
  }, 120_000);

  test('[TAKE-8] [PAPER-8] addresses inside the site of the host mean nobody at the other one, which fetches a paper once', async () => {
    // Carried inside the first site, where the router passes its port on: the host sees those at its own site as they are.
    sites.forward(0, PORT, 0);
    await request(secretary, 'meetings.carry', { meeting });
    await everywhere(async (laptop) => {
      const { connection } = await view(laptop);
      return connection.state === 'connected' && connection.carriedBy === secretaryName;
    });
    for (const laptop of [chair, villager]) await passes(laptop, clerk);
    const before = sites.received(1);
    await request(secretary, 'papers.add', { meeting, item: ITEM, paths: [await pdfOf('du-thao.pdf', PAPER_BYTES)] });
    await everywhere((laptop) => has(laptop, 3));
    // Two laptops beyond that line have it; what else came over it is small beside a paper.
    expect(sites.received(1) - before).toBeLessThan(1.5 * PAPER_BYTES);
  }, 120_000);
});

/** Whether a TCP connection from there comes about. */
async function reaches(from: readonly string[], address: string): Promise<boolean> {
  const [host = '', port = ''] = address.split(':');
  const program = `
    const socket = require('node:net').connect(${port}, '${host}');
    socket.on('connect', () => process.exit(0));
    socket.on('error', () => process.exit(1));
    setTimeout(() => process.exit(1), 1000);`;
  const [command = '', ...rest] = [...from, process.execPath, '-e', program];
  return await promisify(execFile)(command, rest).then(
    () => true,
    () => false,
  );
}
