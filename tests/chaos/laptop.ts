import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { LaptopQuestion } from './laptop-process.ts';
import { programEnvironment } from './program.ts';

/** A laptop's process, seen from outside: it can be asked, killed and frozen at any moment. */
export interface LaptopProcess {
  readonly pid: number;
  readonly alive: () => boolean;
  /** Rejects when the process ends before it answers. */
  ask<Answer>(question: LaptopQuestion): Promise<Answer>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Stops it where it is, without ending it. */
  freeze(frozen: boolean): void;
}

/** The process ended before it answered. */
export class LaptopDied extends Error {}

/** Starts a process that is ready to open a data folder. `within` puts a command before it (`ip netns exec …`). */
export async function startLaptop(
  program: string,
  options: { readonly log: string; readonly within?: readonly string[]; readonly flags?: readonly string[] },
): Promise<LaptopProcess> {
  const log = openSync(options.log, 'a');
  const [command = process.execPath, ...args] = [
    ...(options.within ?? []),
    process.execPath,
    ...(options.flags ?? []),
    program,
  ];
  const child = spawn(command, args, {
    stdio: ['ignore', log, log, 'ipc'],
    serialization: 'advanced',
    env: programEnvironment(program),
  });
  closeSync(log);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 1;
  let gone = false;
  child.on('message', (message) => {
    const { id, value, error } = message as { id: number; value?: unknown; error?: string };
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(error));
  });
  child.on('exit', () => {
    gone = true;
    for (const { reject } of waiting.values()) reject(new LaptopDied('the laptop died'));
    waiting.clear();
  });
  child.on('error', () => undefined);
  await new Promise((resolve, reject) => waiting.set(0, { resolve, reject }));
  return {
    pid: child.pid ?? 0,
    alive: () => !gone,
    ask: <Answer>(question: LaptopQuestion) =>
      new Promise<Answer>((resolve, reject) => {
        if (gone || !child.connected) return reject(new LaptopDied('the laptop is dead'));
        const id = next++;
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id, question }, (error) => error && reject(new LaptopDied('the laptop died')));
      }),
    kill: () => end(child),
    freeze: (frozen) => void (gone || child.kill(frozen ? 'SIGSTOP' : 'SIGCONT')),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

export interface WarmLaptops {
  take(): Promise<LaptopProcess>;
  /** A laptop that is closed and can open another folder. */
  giveBack(laptop: LaptopProcess): void;
  close(): Promise<void>;
}

/** Processes started ahead: loading the application takes longer than anything else in a schedule. */
export function warmLaptops(start: () => Promise<LaptopProcess>, spare: number): WarmLaptops {
  const ready: Promise<LaptopProcess>[] = [];
  const all = new Set<LaptopProcess>();
  let closed = false;

  function fill(): void {
    while (!closed && ready.length < spare) ready.push(started());
  }

  async function started(): Promise<LaptopProcess> {
    const laptop = await start();
    all.add(laptop);
    if (closed) await laptop.kill();
    return laptop;
  }

  fill();
  return {
    async take() {
      for (;;) {
        const laptop = await (ready.shift() ?? started());
        fill();
        // One that was given back may have died while it closed.
        if (laptop.alive()) return laptop;
      }
    },
    giveBack: (laptop) => void (laptop.alive() && ready.unshift(Promise.resolve(laptop))),
    async close() {
      closed = true;
      await Promise.allSettled(ready);
      await Promise.all([...all].map((laptop) => laptop.kill()));
    },
  };
}
