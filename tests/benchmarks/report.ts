import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type as system } from 'node:os';
import { knownElectron } from '../../scripts/setup/electron-runtime.mjs';
import { inRoot, projectNode, tool } from '../../scripts/setup/paths.mjs';
import { short, type Measured } from './rows.ts';

/** What the numbers depend on, as it was when the run began. */
export interface Machine {
  readonly date: string;
  readonly lines: readonly string[];
}

export function describeMachine(): Machine {
  const processors = cpus();
  const electron = knownElectron();
  return {
    date: new Date().toISOString().slice(0, 10),
    lines: [
      `Processor: ${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
      `Memory: ${(totalmem() / 1e9).toFixed(0)} GB`,
      `System: ${system()} ${release()}, ${process.arch}`,
      `Node: ${process.versions.node}; Electron: ${electron?.version ?? 'unknown'}${electron?.kind === 'fallback' ? ' (the closed-network runtime)' : ''}`,
      `Peer: ${mutoolVersion() ?? 'mutool is not installed'}`,
      `Screen: ${process.env['PHIEN_VIRTUAL_SCREEN'] ? 'virtual, drawn by the processor' : "the system's own"}`,
      `Load before the first run of that day (1 minute): ${(loadavg()[0] ?? 0).toFixed(2)}`,
    ],
  };
}

function mutoolVersion(): string | undefined {
  const { stdout, stderr, error } = spawnSync('mutool', ['-v'], { encoding: 'utf8' });
  // Which of the two it writes to depends on its version.
  return error ? undefined : `${stdout}${stderr}`.trim();
}

/** One row for a terminal. */
export function lineOf({ name, value, unit, against, other, ratio, n, otherN, spread }: Measured): string {
  return (
    `${name}: ${short(value)} ${unit} (${spread ? `${spread}, ` : ''}n = ${n}); ` +
    `${against}: ${short(other)} ${unit} (n = ${otherN}); ratio ${short(ratio)}`
  );
}

/** Writes docs/benchmarks.md. */
export function writeReport(
  machine: Machine,
  rows: readonly Measured[],
  sections: readonly string[],
  missing: Missing,
): void {
  const file = inRoot('docs', 'benchmarks.md');
  mkdirSync(inRoot('docs'), { recursive: true });
  writeFileSync(file, reportText(machine, rows, sections, missing));
  execFileSync(projectNode, [tool('oxfmt/bin/oxfmt'), file]);
}

/**
 * Puts rows and sections that were measured alone into docs/benchmarks.md, in place of those of the same names: each has been
 * measured beside its peer all the same. What is of another day than the rest says so. False when there is no report.
 */
export function addToReport(
  machine: Machine,
  benchmark: string,
  rows: readonly Measured[],
  sections: readonly string[],
): boolean {
  const file = inRoot('docs', 'benchmarks.md');
  if (!existsSync(file)) return false;
  const known = readFileSync(file, 'utf8');
  const day = `Measured on ${machine.date}.`;
  const isSameDay = known.includes(`\n${day}\n`);
  let lines = known.split('\n');
  for (const row of rows.filter(({ detail }) => !detail)) {
    const isRow = (line: string): boolean => {
      const [, name, , against] = line.split('|').map((cell) => cell.trim());
      return line.startsWith('|') && name === row.name && against === row.against;
    };
    const isDetail = (line: string) => line.startsWith(`- **${row.name}**:`);
    lines = lines.filter((line) => !isRow(line) && !isDetail(line));
    lines.splice(lines.findLastIndex((line) => /^\| [^|]*\|( [^|]*\|){5}$/.test(line)) + 1, 0, tableLine(row));
    const detail = isSameDay ? detailLine(row) : `${detailLine(row)} ${day}`;
    lines.splice(lines.findLastIndex((line) => line.startsWith('- **')) + 1, 0, detail);
  }
  for (const section of sections) {
    const [heading = '', ...rest] = section.split('\n');
    const from = lines.indexOf(heading);
    if (from < 0) continue;
    const length = lines.slice(from + 1).findIndex((line) => line.startsWith('## '));
    const text = isSameDay ? section : [heading, '', `_${day}_`, ...rest].join('\n');
    lines.splice(from, length < 0 ? lines.length : length + 1, text, '');
  }
  lines = lines.flatMap((line) => {
    if (!line.startsWith(FAILED)) return line;
    const failed = line
      .slice(FAILED.length)
      .split(', ')
      .filter((name) => name !== benchmark);
    return failed.length > 0 ? FAILED + failed.join(', ') : [];
  });
  writeFileSync(file, lines.join('\n'));
  execFileSync(projectNode, [tool('oxfmt/bin/oxfmt'), file]);
  return true;
}

const FAILED = '- Did not come to an end in this run: ';

const tableLine = ({ name, value, unit, against, other, ratio, n }: Measured): string =>
  `| ${name} | ${short(value)} ${unit} | ${against} | ${short(other)} ${unit} | ${short(ratio)} | ${n} |`;

function detailLine({ name, what, unit, spread, otherSpread, otherN }: Measured): string {
  const samples = spread && ` Samples: ${spread} ${unit}; of the other: ${otherSpread} ${unit}, n = ${otherN}.`;
  return `- **${name}**: ${what}${samples ?? ''}`;
}

/** Names of benchmarks that have no rows in a report. */
export interface Missing {
  readonly failed: readonly string[];
  /** Not part of this run. */
  readonly left: readonly string[];
}

function reportText(
  machine: Machine,
  rows: readonly Measured[],
  sections: readonly string[],
  { failed, left }: Missing,
): string {
  const shown = rows.filter(({ detail }) => !detail);
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; not edited by hand. Every row stands beside a peer or a physical floor that was measured',
    'in the same run on the same machine; what counts is the ratio. Numbers are medians where nothing else is said. No',
    'test depends on them.',
    '',
    `Measured on ${machine.date}.`,
    '',
    ...machine.lines.map((line) => `- ${line}`),
    ...(failed.length > 0 ? [FAILED + failed.join(', ')] : []),
    ...(left.length > 0 ? [`- Only with --all, or with --only: ${left.join(', ')}`] : []),
    '',
    '| Row | Here | Compared with | There | Ratio | n |',
    '| --- | ---: | --- | ---: | ---: | ---: |',
    ...shown.map(tableLine),
    '',
    ...sections.flatMap((section) => [section, '']),
    '## What exactly is measured',
    '',
    ...shown.map(detailLine),
    '',
  ].join('\n');
}
