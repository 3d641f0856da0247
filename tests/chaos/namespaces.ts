import { execFileSync } from 'node:child_process';

/** Network namespaces of this process, by their names; what a killed process left behind, the next one removes. */
const PREFIX = 'phien-chaos-';

export const ownPrefix = (): string => `${PREFIX}${process.pid}-`;

/** Why there can be no such network here; undefined where there can. */
export function whyNoNetwork(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const trial = `${ownPrefix()}trial`;
  try {
    quietly('ip', 'netns', 'add', trial);
    quietly('ip', 'netns', 'del', trial);
    return undefined;
  } catch (error) {
    return `no network namespace can be made (${String(error instanceof Error ? error.message : error).split('\n')[0]})`;
  }
}

export function namespaces(prefix: string): string[] {
  const listed = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return listed
    .split('\n')
    .flatMap((line) => line.split(' ').slice(0, 1))
    .filter((name) => name.startsWith(prefix));
}

/** Their cables and switches go with them. */
export function remove(names: readonly string[]): void {
  for (const name of names) ignoring(() => quietly('ip', 'netns', 'del', name));
}

/** What is to be removed may be gone already. */
export function ignoring(work: () => void): void {
  try {
    work();
  } catch {}
}

export function removeLeftovers(): void {
  const dead = namespaces(PREFIX).filter((name) => {
    try {
      process.kill(Number(name.slice(PREFIX.length).split('-')[0]), 0);
      return false;
    } catch {
      return true;
    }
  });
  remove(dead);
}

/** Limits what leaves by that network card; undefined: it goes as fast as it can. */
export function shape(name: string, card: string, kilobitsPerSecond: number | undefined): void {
  const at = ['netns', 'exec', name, 'tc', 'qdisc'];
  if (kilobitsPerSecond === undefined) return ignoring(() => quietly('ip', ...at, 'del', 'dev', card, 'root'));
  const bucket = ['tbf', 'rate', `${kilobitsPerSecond}kbit`, 'burst', '8kb', 'latency', '500ms'];
  quietly('ip', ...at, 'replace', 'dev', card, 'root', ...bucket);
}

export function quietly(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
