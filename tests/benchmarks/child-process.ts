import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of this benchmark that does one thing and answers questions, one at a time. */
export interface Helper {
  readonly pid: number;
  ask<Answer>(question: object): Promise<Answer>;
  end(): Promise<void>;
}

/**
 * Starts a file of this folder as a process of its own. `within` is put before its command (`ip netns exec …`), `flags`
 * are for Node.
 */
export function startProcess(file: string, within: readonly string[] = [], flags: readonly string[] = []): Helper {
  const own = [process.execPath, ...process.execArgv, ...flags, fileURLToPath(new URL(file, import.meta.url))];
  const [command = process.execPath, ...args] = [...within, ...own];
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  if (child.pid === undefined) throw new Error(`${file} could not be started`);
  return {
    pid: child.pid,
    async ask<Answer>(question: object) {
      const answer = nextMessage(child, file);
      child.send(question);
      const { ok, value } = (await answer) as { ok: boolean; value: unknown };
      if (!ok) throw new Error(`${file}: ${String(value)}`);
      return value as Answer;
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function nextMessage(child: ChildProcess, file: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null): void =>
      reject(new Error(`${file} ended (${code ?? signal}) before it answered`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

/** The other side: answers every question by `handle`. */
export function answerQuestions(handle: (question: never) => Promise<unknown>): void {
  process.on('message', (question) => {
    handle(question as never).then(
      (value) => process.send?.({ ok: true, value }),
      (error: unknown) => process.send?.({ ok: false, value: error instanceof Error ? error.stack : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}
