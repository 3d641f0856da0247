import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

/**
 * Server on one processor, load on another, so that neither takes the other's time. Says whether it could: the processor
 * count or the system (no `taskset`) may not allow it.
 */
export function keepApart(server: { readonly pid: number }, load: { readonly pid: number }): boolean {
  if (cpus().length < 2) return false;
  return [server, load].every(({ pid }, core) => {
    const { status } = spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
    return status === 0;
  });
}
