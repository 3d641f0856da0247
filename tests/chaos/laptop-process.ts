import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Events } from '../../common/contract/requests.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import { consoleLogger } from '../../main/logging/create-logger.ts';
import { openLaptop, type OpenedLaptop } from '../../main/wiring/open-laptop.ts';
import { printWithPlaces } from '../fixtures/pdfs.ts';
import { PIN, until } from '../fixtures/laptops.ts';
import { findings } from './findings.ts';
import { openLedger, type DoneBy } from './ledger.ts';
import { watchLine } from './shown-line.ts';
import { joinAnywhere, openPerson, type Doing, type Person } from './person.ts';

/** One laptop in a process of its own: the real engine on its own data folder, and somebody who works with it. */
export interface LaptopSetting {
  readonly folder: string;
  readonly resources: string;
  readonly listenHost: string;
  readonly port: number;
  readonly discovery: 'off' | 'network';
  readonly meeting: MeetingId;
  readonly paper: Sha256;
  readonly ledger: string;
  /** Where whoever carries the meeting may be found, the one who carries it at first before others. */
  readonly addresses: readonly string[];
}

/** A moment at which a laptop dies by itself: at the `nth` such write from now. */
export interface DeadlyWrite {
  readonly write: 'entries' | 'pending' | 'commit' | 'private';
  readonly when: 'before' | 'within' | 'after';
  readonly nth: number;
}

export type LaptopQuestion =
  | { readonly ask: 'open'; readonly setting: LaptopSetting }
  | { readonly ask: 'carry' | 'join' | 'report' | 'state-hash' | 'minutes' | 'close' | 'usage' }
  /** What a window shows of the connection is noted from now on; `shown` answers with it. */
  | { readonly ask: 'watch-line' | 'shown' }
  /** As when the computer was asleep. */
  | { readonly ask: 'wake' }
  | { readonly ask: 'act'; readonly doing: Doing }
  | { readonly ask: 'act-on'; readonly doings: readonly Doing[] }
  | { readonly ask: 'die'; readonly at: DeadlyWrite }
  | { readonly ask: 'findings'; readonly ledger: readonly DoneBy[] };

export interface LaptopReport {
  /** The act that the meeting begins with is here. */
  readonly convened: boolean;
  readonly role: string;
  readonly connection: string;
  /** The number of the highest epoch seen. */
  readonly epoch: number;
  /** Documents with changes that are not signed. */
  readonly unsigned: readonly string[];
  /** Documents of which it keeps what others wrote live and did not sign. */
  readonly shown: readonly string[];
  /** How far each stream goes; empty while the meeting is not here. */
  readonly heads: readonly string[];
  /** Papers that are not here. */
  readonly missing: readonly string[];
  /** What may explain why it is not where the others are. */
  readonly hint: string;
}

/** Bytes. */
export interface LaptopUsage {
  readonly rss: number;
  /** What JavaScript holds, buffers included. */
  readonly heap: number;
  /** Timers, sockets, files and the like that are open. */
  readonly handles: number;
  readonly disk: number;
  readonly entries: number;
}

const successionSchema = z.looseObject({ epoch: z.looseObject({ n: z.number() }).nullable() });

/** Multicast asks again every few seconds. */
const FIND_MILLISECONDS = 20_000;

/** Snapshots are made while people still work and laptops die. */
const QUIET_MILLISECONDS = 60;

let at: { engine: OpenedLaptop; person: Person; member: MemberId; setting: LaptopSetting } | undefined;
let found: Events['meetings.found'] = [];
let shownLine: ReturnType<typeof watchLine> | undefined;

function here(): NonNullable<typeof at> {
  if (!at) throw new Error('no laptop is open in this process');
  return at;
}

async function open(setting: LaptopSetting): Promise<MemberId> {
  const { folder, resources, listenHost, port, discovery } = setting;
  const logger = consoleLogger('info');
  logger.info('laptop opens', { folder, pid: process.pid });
  const engine = openLaptop({
    dataDir: folder,
    version: '0.0.0-chaos',
    logger,
    resources,
    print: printWithPlaces,
    listenHost,
    port,
    discovery,
    quietMilliseconds: QUIET_MILLISECONDS,
  });
  found = [];
  engine.subscribe('meetings.found', (payload) => (found = payload as Events['meetings.found']));
  const { me } = await engine.request('app.unlock', { pin: PIN });
  if (!me) throw new Error('the laptop is not enrolled');
  const { meeting, paper, addresses } = setting;
  const note = openLedger(setting.ledger, me.member);
  const person = openPerson({ engine, meeting, paper, member: me.member, addresses, note });
  at = { engine, person, member: me.member, setting };
  return me.member;
}

/** As the list of meetings near here shows it. */
const foundAddress = (meeting: MeetingId): Promise<string> =>
  until(() => found.find((one) => one.meeting === meeting)?.address, FIND_MILLISECONDS);

async function report(): Promise<LaptopReport> {
  const { engine, setting } = here();
  const { meeting } = setting;
  if (!engine.store.meetings.get(meeting))
    return {
      convened: false,
      role: 'alone',
      connection: 'none',
      epoch: 0,
      unsigned: [],
      shown: [],
      heads: [],
      missing: [],
      hint: '',
    };
  const { connection, state } = await engine.request('meetings.state', { meeting });
  const papers = await engine.request('papers.status', { meeting });
  const succession = engine.store.settings.get(`succession/${meeting}`, successionSchema);
  return {
    convened: state !== null,
    missing: papers.flatMap((paper) => (paper.state === 'here' ? [] : [paper.paper])).sort(),
    epoch: succession?.epoch?.n ?? 0,
    role: connection.role,
    connection: connection.state,
    hint: `${connection.problem ?? ''} ${JSON.stringify(succession)}`,
    unsigned: engine.store.pending.documents().map((one) => one.document),
    shown: engine.store.shown.documents(meeting),
    heads: engine.store.entries
      .heads(meeting)
      .map(({ author, stream, seq }) => `${author.slice(0, 8)} ${stream.split('/').slice(0, 2).join('/')} ${seq}`)
      .sort(),
  };
}

/** After garbage was collected, where the process was started so that it can be asked for. */
async function usage(): Promise<LaptopUsage> {
  const { setting, engine } = here();
  // What hangs on weak references, and the bytes of buffers, go with the next collection.
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await pause(10);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const files = readdirSync(setting.folder).filter((name) => name.startsWith('phien.db'));
  return {
    rss,
    heap: heapUsed + external,
    handles: process.getActiveResourcesInfo().length,
    disk: files.reduce((sum, name) => sum + statSync(join(setting.folder, name)).size, 0),
    entries: engine.store.entries.heads(setting.meeting).reduce((sum, head) => sum + head.seq, 0),
  };
}

/** Ends this process as a power cut would end the laptop's work, in the middle of a write. */
function dieAt({ write, when, nth }: DeadlyWrite): void {
  const { store } = here().engine;
  const die = () => process.kill(process.pid, 'SIGKILL');
  let left = nth;
  const deadly = <Arguments extends unknown[], Result>(work: (...args: Arguments) => Result) => {
    return (...args: Arguments): Result => {
      left -= 1;
      if (left === 0 && when === 'before') die();
      if (left === 0 && when === 'within') replace(store.entries, 'append', () => die);
      const result = work(...args);
      if (left === 0) die();
      return result;
    };
  };
  if (write === 'entries') {
    // Own acts, and entries of others.
    replace(store.own, 'append', deadly);
    replace(store.entries, 'append', deadly);
  }
  if (write === 'pending') replace(store.pending, 'add', deadly);
  if (write === 'commit') replace(store.pending, 'commit', deadly);
  if (write === 'private') replace(store.privateDocuments, 'append', deadly);
}

function replace(object: object, name: string, by: (work: (...args: never[]) => unknown) => unknown): void {
  const methods = object as Record<string, (...args: never[]) => unknown>;
  const work = methods[name];
  if (!work) throw new Error(`no method ${name}`);
  methods[name] = by(work) as typeof work;
}

async function answer(question: LaptopQuestion): Promise<unknown> {
  switch (question.ask) {
    case 'open':
      return await open(question.setting);
    case 'carry': {
      const { engine, setting } = here();
      return (await engine.request('meetings.carry', { meeting: setting.meeting })).addresses;
    }
    case 'join': {
      const { engine, setting } = here();
      const { meeting } = setting;
      const own = `${setting.listenHost}:${setting.port}`;
      const listed = setting.addresses.filter((address) => address !== own);
      const addresses = setting.discovery === 'off' ? listed : [await foundAddress(meeting)];
      await joinAnywhere(engine, meeting, addresses);
      return null;
    }
    case 'act':
      return await here().person.act(question.doing);
    case 'act-on':
      for (const doing of question.doings) await here().person.act(doing);
      return null;
    case 'report':
      return await report();
    case 'state-hash': {
      const { engine, person, setting } = here();
      await person.look();
      return engine.stateHash(setting.meeting);
    }
    case 'minutes':
      return await here().person.readMinutes();
    case 'die':
      dieAt(question.at);
      return null;
    case 'findings': {
      const { engine, member, setting } = here();
      return await findings({
        engine,
        member,
        meeting: setting.meeting,
        paper: setting.paper,
        ledger: question.ledger,
      });
    }
    case 'usage':
      return await usage();
    case 'watch-line': {
      const { engine, setting } = here();
      shownLine = watchLine(engine, setting.meeting);
      return null;
    }
    case 'shown':
      return shownLine?.() ?? [];
    case 'wake':
      here().engine.wake();
      return null;
    case 'close': {
      const { engine, person } = here();
      person.close();
      await engine.close();
      at = undefined;
      return null;
    }
  }
}

process.on('message', ({ id, question }: { id: number; question: LaptopQuestion }) => {
  answer(question).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.stack : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0, value: null });
