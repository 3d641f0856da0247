import { execFileSync } from 'node:child_process';

/** Two network segments of this computer's own with one thin line between them. Needs root, iproute2 and tbf. */
export interface TwoSites {
  /** Where laptops of that site listen. */
  address(site: 0 | 1): string;
  /** Put before a command, it runs at that site. */
  within(site: 0 | 1): readonly string[];
  /** Bytes that went over the line so far, both directions, headers included. */
  crossed(): number;
  remove(): void;
}

/** Why there can be none here; undefined where there can. */
export function whyNoSites(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  try {
    laySites(1000).remove();
    return undefined;
  } catch (error) {
    return `no thin line can be made (${String(error instanceof Error ? error.message : error).split('\n')[0]})`;
  }
}

export function laySites(kilobitsPerSecond: number): TwoSites {
  const name = (site: 0 | 1) => `phien-thin-${process.pid}-${site}`;
  const address = (site: 0 | 1) => `10.78.${site + 1}.1`;
  const remove = () => {
    for (const site of [0, 1] as const) {
      try {
        ip('netns', 'del', name(site));
      } catch {
        // It was never made, or is gone already.
      }
    }
  };
  const removeAtExit = () => remove();
  process.once('exit', removeAtExit);
  try {
    for (const site of [0, 1] as const) ip('netns', 'add', name(site));
    ip('-n', name(0), 'link', 'add', 'line', 'type', 'veth', 'peer', 'name', 'line', 'netns', name(1));
    for (const site of [0, 1] as const) {
      const other = site === 0 ? 1 : 0;
      const inSite = (...command: string[]) => ip('-n', name(site), ...command);
      inSite('link', 'set', 'lo', 'up');
      inSite('addr', 'add', `${address(site)}/24`, 'dev', 'lo');
      inSite('addr', 'add', `10.78.0.${site + 1}/30`, 'dev', 'line');
      inSite('link', 'set', 'line', 'up');
      inSite('route', 'add', `10.78.${other + 1}.0/24`, 'via', `10.78.0.${other + 1}`, 'src', address(site));
      const shape = ['tbf', 'rate', `${kilobitsPerSecond}kbit`, 'burst', '16kb', 'latency', '300ms'];
      ip('netns', 'exec', name(site), 'tc', 'qdisc', 'add', 'dev', 'line', 'root', ...shape);
    }
  } catch (error) {
    remove();
    throw error;
  }
  return {
    address,
    within: (site) => ['ip', 'netns', 'exec', name(site)],
    crossed() {
      const [line] = JSON.parse(ip('-n', name(0), '-s', '-j', 'link', 'show', 'line')) as [Line];
      return line.stats64.tx.bytes + line.stats64.rx.bytes;
    },
    remove() {
      process.off('exit', removeAtExit);
      remove();
    },
  };
}

interface Line {
  readonly stats64: Record<'rx' | 'tx', { readonly bytes: number }>;
}

const ip = (...args: string[]): string =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
