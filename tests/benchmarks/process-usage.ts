import { readFileSync, writeFileSync } from 'node:fs';

export interface Used {
  readonly cpuMilliseconds: number;
  /** Resident: the most since `begin`, or since the process started where the system can't tell. */
  readonly peakMegabytes: number;
}

/** What this process uses of the computer from `begin` on. */
export function createUsage(): { begin(): void; used(): Used } {
  let since = process.cpuUsage();
  return {
    begin() {
      since = process.cpuUsage();
      try {
        // Linux forgets the highest mark so far.
        writeFileSync('/proc/self/clear_refs', '5');
      } catch {
        // Elsewhere the mark is that of the whole life.
      }
    },
    used() {
      const { user, system } = process.cpuUsage(since);
      return { cpuMilliseconds: (user + system) / 1000, peakMegabytes: highestMark() };
    },
  };
}

function highestMark(): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return (Number(kilobytes) * 1024) / 1e6;
  } catch {
    // Not Linux.
  }
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}
