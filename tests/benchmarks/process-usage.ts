export interface Used {
  readonly cpuMilliseconds: number;
  /** Since the process started. */
  readonly peakMegabytes: number;
}

/** What this process has used of the computer since `from`. */
export function used(from: NodeJS.CpuUsage): Used {
  const { user, system } = process.cpuUsage(from);
  return { cpuMilliseconds: (user + system) / 1000, peakMegabytes: process.resourceUsage().maxRSS / 1000 };
}
