import type { Connection } from './requests.ts';

/** What helps whoever helps: versions, numbers and codes. No contents, no names, no ids of people or meetings, no keys. */
export interface Diagnostics {
  /** RFC 3339. */
  readonly at: string;
  readonly version: string;
  readonly runtime: { readonly electron: string | null; readonly chrome: string | null; readonly node: string };
  readonly platform: {
    readonly system: string;
    readonly release: string;
    readonly architecture: string;
    readonly processors: number;
  };
  /** Of the engine, seconds. */
  readonly uptime: number;
  /** Bytes: of the engine, and of the computer. */
  readonly memory: { readonly engine: number; readonly free: number; readonly total: number };
  /** Bytes; null where the system doesn't say. */
  readonly disk: { readonly free: number | null; readonly database: number | null };
  readonly meetings: {
    readonly all: number;
    readonly open: number;
    readonly carried: number;
    readonly joined: number;
    readonly fromPackages: number;
  };
  readonly papers: number;
  readonly database: { readonly sound: boolean; readonly checkedAt: string };
  readonly discovery: 'network' | 'loopback' | 'off';
  /** Of this computer, without names. */
  readonly addresses: readonly string[];
  readonly links: readonly LinkDiagnostics[];
  /** Newest first. */
  readonly problems: readonly Problem[];
}

export interface LinkDiagnostics {
  readonly role: 'host' | 'member';
  readonly state: Connection['state'];
  readonly since: string | null;
  readonly lastReceived: string | null;
  readonly problem: string | null;
  readonly people: number;
  readonly onlyHere: { readonly count: number; readonly since: string | null };
  readonly savedOn: number | null;
  /** Seconds by which the carrying laptop's clock is ahead of this one; null: not known. */
  readonly clockAhead: number | null;
}

/** What the log warned of: always the same words for the same thing, and a code. */
export interface Problem {
  readonly at: string;
  readonly level: 'warn' | 'error';
  readonly event: string;
  readonly code: string | null;
  readonly times: number;
}

const UNSAID = '?';
const shaped = (value: string | null, shape: RegExp): string =>
  value === null ? '-' : value.length <= 100 && shape.test(value) ? value : UNSAID;

const VERSION = /^\d{1,4}\.\d{1,4}(\.\d{1,8})?([.-][a-z0-9.+~-]*)?$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const WORD =
  /^(linux|darwin|win32|freebsd|x64|arm64|ia32|arm|network|loopback|off|host|member|connected|connecting|waiting|offline|refused)$/;
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]|[0-9a-f:]*:[0-9a-f:]+)(:\d{1,5})?$/;
/** Lower-case words: what the code writes. Names of people, titles and ids look otherwise. */
const EVENT = /^[a-z][a-z ,:'()-]{2,99}$/;
const CODE = /^([a-z]+([.-][a-z]+){0,6}|E[A-Z]{2,20}|(ERR|SQLITE)_[A-Z_]{2,40}|4[45]\d\d)$/;

/**
 * The report to hand on, as plain English lines. Each value is let through only in the shape that it must have, so that
 * something that came into the wrong place stays out.
 */
export function reportText(facts: Diagnostics): string {
  const { runtime, platform, memory, disk, meetings, database } = facts;
  const version = (value: string | null) => shaped(value, VERSION);
  const time = (value: string | null) => shaped(value, TIME);
  const word = (value: string | null) => shaped(value, WORD);
  const lines = [
    `Phiên ${version(facts.version)}, report of ${time(facts.at)}`,
    `runtime: electron ${version(runtime.electron)}, chrome ${version(runtime.chrome)}, node ${version(runtime.node)}`,
    `system: ${word(platform.system)} ${version(platform.release)} ${word(platform.architecture)}, ${count(platform.processors)} processors`,
    `engine: running ${count(facts.uptime)} s, ${megabytes(memory.engine)}`,
    `memory: ${megabytes(memory.free)} free of ${megabytes(memory.total)}`,
    `disk: ${megabytes(disk.free)} free, database ${megabytes(disk.database)}`,
    `database: ${database.sound ? 'sound' : 'DAMAGED'}, checked ${time(database.checkedAt)}`,
    `meetings: ${count(meetings.all)}, open ${count(meetings.open)}, carried ${count(meetings.carried)}, joined ${count(meetings.joined)}, from packages ${count(meetings.fromPackages)}`,
    `papers: ${count(facts.papers)}`,
    `discovery: ${word(facts.discovery)}`,
    `addresses: ${facts.addresses.map((address) => shaped(address, ADDRESS)).join(' ') || '-'}`,
    ...facts.links.map(
      (link) =>
        `link: ${word(link.role)} ${word(link.state)} since ${time(link.since)}, problem ${shaped(link.problem, CODE)}, ` +
        `people ${count(link.people)}, last received ${time(link.lastReceived)}, only here ${count(link.onlyHere.count)} ` +
        `since ${time(link.onlyHere.since)}, saved on ${count(link.savedOn)}, clock ahead ${count(link.clockAhead)} s`,
    ),
    ...facts.problems.map(
      ({ at, level, event, code, times }) =>
        `${level === 'error' ? 'error' : 'warn'}: ${time(at)} ${shaped(event, EVENT)} ${shaped(code, CODE)} x${count(times)}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const count = (value: number | null): string =>
  value === null ? '-' : typeof value === 'number' && Number.isFinite(value) ? String(Math.round(value)) : UNSAID;
const megabytes = (bytes: number | null): string => (bytes === null ? '-' : `${count(bytes / 1e6)} MB`);
