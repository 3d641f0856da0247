import { execFile } from 'node:child_process';

/** Whether the system says that the network in use is charged by volume; null: it doesn't say. */
export type MeteredNetwork = boolean | null;

const ASK_EVERY = 60_000;
const PATIENCE = 10_000;

/** What to ask the system with; undefined where it has no such answer. Arguments are fixed: nothing of ours goes in. */
const QUESTIONS: Partial<Record<NodeJS.Platform, readonly [string, readonly string[]]>> = {
  linux: [
    'busctl',
    [
      'get-property',
      'org.freedesktop.NetworkManager',
      '/org/freedesktop/NetworkManager',
      'org.freedesktop.NetworkManager',
      'Metered',
    ],
  ],
  win32: [
    'powershell.exe',
    [
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      '[void][Windows.Networking.Connectivity.NetworkInformation,Windows.Networking.Connectivity,ContentType=WindowsRuntime];' +
        '[Windows.Networking.Connectivity.NetworkInformation]::GetInternetConnectionProfile().GetConnectionCost().NetworkCostType',
    ],
  ],
};

/** NetworkManager's `Metered`: 1 yes, 2 no, 3 and 4 the same guessed. Windows' cost: Fixed and Variable are metered. */
export function meteredFrom(answer: string): MeteredNetwork {
  const said = answer.trim();
  if (/^(u [13]|Fixed|Variable)$/.test(said)) return true;
  if (/^(u [24]|Unrestricted)$/.test(said)) return false;
  return null;
}

/** Asks the system now and every minute; tells changes. Returns how to stop. */
export function watchMetered(listener: (metered: MeteredNetwork) => void): () => void {
  const question = QUESTIONS[process.platform];
  if (!question) return () => undefined;
  const [command, args] = question;
  let last: MeteredNetwork = null;
  const ask = (): void => {
    execFile(command, args, { timeout: PATIENCE, windowsHide: true, maxBuffer: 4096 }, (error, answer) => {
      const metered = error ? null : meteredFrom(answer);
      if (metered === last) return;
      last = metered;
      listener(metered);
    });
  };
  ask();
  const timer = setInterval(ask, ASK_EVERY).unref();
  return () => clearInterval(timer);
}
