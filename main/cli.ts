import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { Refusal } from '../common/contract/port.ts';
import { consoleLogger } from './logging/create-logger.ts';
import { findResources, openLaptop, type OpenedLaptop } from './wiring/open-laptop.ts';
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
phien hub --data DIR [--listen HOST:PORT]
    A relay: carries the meetings in this data folder and those that laptops give it, until it is stopped.
The PIN (at least 6 characters) comes from the environment variable PHIEN_PIN, from the file that --pin-file or
PHIEN_PIN_FILE names, or is asked for.`;

const EXIT_USAGE = 64;

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
  const options = { data: { type: 'string' }, listen: { type: 'string' }, ...pinFile } as const;
  const { values } = parseArgs({ args, options });
  if (!values.data) return usage();
  let listening: Promise<readonly string[]> = Promise.resolve([]);
  const laptop = openHere(values.data, values.listen, {
    relay: { onListening: (addresses) => (listening = addresses) },
  });
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
  await laptop.close();
  return 0;
}

function openHere(dataDir: string, listen: string | undefined, more: Pick<NetworkPlace, 'relay'> = {}): OpenedLaptop {
  const place = networkPlace(process.env);
  const colon = listen?.lastIndexOf(':') ?? -1;
  const at = listen && colon > 0 ? { listenHost: listen.slice(0, colon), port: Number(listen.slice(colon + 1)) } : {};
  return openLaptop({
    ...place,
    ...at,
    ...more,
    dataDir,
    version: version(),
    logger: consoleLogger(),
    resources: findResources(import.meta.dirname),
    print: undefined,
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
