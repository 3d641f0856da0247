import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { Refusal } from '../common/contract/port.ts';
import { createHubMeter } from './hub/hub-meter.ts';
import { serveMetrics } from './hub/serve-metrics.ts';
import { consoleLogger, isLogLevel } from './logging/create-logger.ts';
import { findResources, openLaptop, type LaptopOptions, type OpenedLaptop } from './wiring/open-laptop.ts';
import { networkPlace, type NetworkPlace } from './wiring/network.ts';
import { runVerify } from './wiring/verify-command.ts';

declare const __PHIEN_VERSION__: string | undefined;

/** Phiên without windows, on plain Node: `phien verify …`, `phien hub …`. */
const USAGE = `phien verify FILE [--trust PEM] [--json] [--lang vi|en]
    Whether a signed PDF or a meeting package is what it claims to be. Exit code 0 valid, 1 invalid, 2 cannot tell.
phien enrol --data DIR --name NAME --code CODE --at HOST:PORT
    Makes this computer's key and asks for a certificate; waits until somebody approves.
phien join --data DIR HOST:PORT
    Fetches the meeting that the laptop at this address carries.
phien hub enrol --data DIR --code CODE --at HOST:PORT [--name NAME]
    The same for a relay, a computer that nobody sits at.
phien hub --data DIR [--listen HOST:PORT] [--bus redis://HOST:PORT]
          [--metrics [HOST:]PORT] [--log-level debug|info|warn|error]
    A relay: carries the meetings in this data folder and those that laptops give it, until it is stopped. With --bus it
    shares them with other relays of the same identity (copies of one enrolled data folder) over Redis or Valkey.
    --metrics serves GET /metrics for Prometheus over plain HTTP, on 127.0.0.1 unless a host is given.
    Its log goes to standard error, one JSON object a line.
The PIN (at least 6 characters) comes from the environment variable PHIEN_PIN, from the file that --pin-file or
PHIEN_PIN_FILE names, or is asked for.`;

const EXIT_USAGE = 64;
/** Whoever runs a host unattended starts it again after this. */
const EXIT_DAMAGED = 75;

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'verify':
      return await runVerify(rest);
    case 'enrol':
      return await enrolCommand(rest);
    case 'join':
      return await joinCommand(rest);
    case 'hub':
      return await hubCommand(rest);
    case '--version':
      console.log(version());
      return 0;
    default:
      console.error(USAGE);
      return command === '--help' || command === undefined ? 0 : EXIT_USAGE;
  }
}

async function enrolCommand(args: string[], defaultName?: string): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      name: { type: 'string' },
      code: { type: 'string' },
      at: { type: 'string' },
      ...pinFile,
    },
  });
  const { data, name = defaultName, code, at: address } = values;
  if (!data || !name || !code || !address) return usage();
  const laptop = openHere(data, undefined);
  const pin = await askPin(values['pin-file']);
  const ended = new Promise<string | null>((resolve) => {
    laptop.subscribe('enrolment.status', (payload) => {
      const { step, problem } = payload as { step: string; problem: string | null };
      console.error(step);
      if (step === 'enrolled') resolve(null);
      if (step === 'failed' || step === 'refused') resolve(problem ?? step);
    });
  });
  await laptop.request('enrolment.begin', { via: { kind: 'code', code, address }, name, pin });
  const problem = await ended;
  await laptop.close();
  return problem === null ? 0 : fail(problem);
}

async function joinCommand(args: string[]): Promise<number> {
  const options = { data: { type: 'string' }, ...pinFile } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const [address] = positionals;
  if (!values.data || !address) return usage();
  const laptop = openHere(values.data, undefined);
  await laptop.request('app.unlock', { pin: await askPin(values['pin-file']) });
  const { meeting } = await laptop.request('meetings.join', { address });
  console.error(`joined ${meeting}; waiting until everything is here`);
  for (;;) {
    const { state } = await laptop.request('meetings.state', { meeting });
    const papers = await laptop.request('papers.status', { meeting });
    if (state && papers.every((paper) => paper.state === 'here')) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await laptop.close();
  return 0;
}

async function hubCommand(args: string[]): Promise<number> {
  if (args[0] === 'enrol') return await enrolCommand(args.slice(1), 'Máy chủ');
  const options = {
    data: { type: 'string' },
    listen: { type: 'string' },
    metrics: { type: 'string' },
    'log-level': { type: 'string', default: 'info' },
    bus: { type: 'string' },
    ...pinFile,
  } as const;
  const { values } = parseArgs({ args, options });
  const level = values['log-level'];
  const metrics = values.metrics === undefined ? undefined : hostAndPort(values.metrics, '127.0.0.1');
  if (!values.data || !isLogLevel(level) || metrics === null) return usage();
  const meter = createHubMeter();
  let listening: Promise<readonly string[]> = Promise.resolve([]);
  const laptop = openHere(values.data, values.listen, {
    relay: { bus: values.bus, onListening: (addresses) => (listening = addresses) },
    meter,
    logger: consoleLogger(level),
  });
  const watched = metrics && (await serveMetrics({ listen: metrics, meter, version: version() }));
  if (watched) console.log(`metrics http://${watched.address}/metrics`);
  await laptop.request('app.unlock', { pin: await askPin(values['pin-file']) });
  console.log(`listening ${(await listening).join(' ')}`);
  for (const { meeting, phase, readOnly } of await laptop.request('meetings.list', {})) {
    if (readOnly || phase === 'draft') continue;
    const { addresses } = await laptop.request('meetings.carry', { meeting });
    console.log(`${meeting} ${addresses.join(' ')}`);
  }
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await watched?.close();
  await laptop.close();
  return 0;
}

/** `HOST:PORT`, or a port alone at `host`; null when it is neither. */
function hostAndPort(text: string, host: string): { host: string; port: number } | null {
  const colon = text.lastIndexOf(':');
  const port = text.slice(colon + 1);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || colon === 0) return null;
  return { host: colon < 0 ? host : text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(port) };
}

function openHere(
  dataDir: string,
  listen: string | undefined,
  more: Pick<NetworkPlace, 'relay'> & Partial<Pick<LaptopOptions, 'meter' | 'logger'>> = {},
): OpenedLaptop {
  const place = networkPlace(process.env);
  const colon = listen?.lastIndexOf(':') ?? -1;
  const at = listen && colon > 0 ? { listenHost: listen.slice(0, colon), port: Number(listen.slice(colon + 1)) } : {};
  return openLaptop({
    ...place,
    ...at,
    dataDir,
    version: version(),
    logger: consoleLogger(),
    ...more,
    resources: findResources(import.meta.dirname),
    print: undefined,
    onDamaged: () => {
      console.error('phien: the database is damaged; the next start restores it from the last backup');
      process.exit(EXIT_DAMAGED);
    },
  });
}

const pinFile = { 'pin-file': { type: 'string' } } as const;

async function askPin(file = process.env['PHIEN_PIN_FILE']): Promise<string> {
  if (file) return readFileSync(file, 'utf8').trim();
  const given = process.env['PHIEN_PIN'];
  if (given) return given;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const pin = await lines.question('PIN: ');
  lines.close();
  return pin.trim();
}

function version(): string {
  if (typeof __PHIEN_VERSION__ === 'string') return __PHIEN_VERSION__;
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function usage(): number {
  console.error(USAGE);
  return EXIT_USAGE;
}

function fail(problem: string): number {
  console.error(`phien: ${problem}`);
  return 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // Cannot tell: neither valid nor invalid.
  process.exitCode = 2;
  console.error(
    `phien: ${error instanceof Refusal ? error.code : error instanceof Error ? error.message : String(error)}`,
  );
}
