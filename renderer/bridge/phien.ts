import type { DesktopRequestName, DesktopRequests, PhienBridge } from '../../common/contract/bridge.ts';
import type { EventName, Events, RequestInput, RequestName, RequestOutputs } from '../../common/contract/requests.ts';

declare global {
  interface Window {
    readonly phien: PhienBridge;
  }
}

/** An expected refusal: a code with a sentence under `errors.<code>` in i18n, and values for it. */
export class RequestFailure extends Error {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  constructor(code: string, params: Readonly<Record<string, string | number>> = {}) {
    super(code);
    this.name = 'RequestFailure';
    this.code = code;
    this.params = params;
  }
}

async function ask(name: string, input: unknown): Promise<unknown> {
  const answer = await window.phien.request(name, input);
  if (answer.ok) return answer.output;
  throw new RequestFailure(answer.error.code, answer.error.params);
}

/** Asks the engine. Throws `RequestFailure` when it refuses. */
export async function request<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutputs[N]> {
  return (await ask(name, input)) as RequestOutputs[N];
}

/** Asks the desktop (dialogs, windows). Throws `RequestFailure` when it refuses. */
export async function askDesktop<N extends DesktopRequestName>(
  name: N,
  input: DesktopRequests[N]['input'],
): Promise<DesktopRequests[N]['output']> {
  return (await ask(name, input)) as DesktopRequests[N]['output'];
}

export function onEvent<N extends EventName>(name: N, listener: (payload: Events[N]) => void): () => void {
  return window.phien.subscribe(name, (payload) => listener(payload as Events[N]));
}

/** Paths of dropped or chosen files; files that have no place on the disk are left out. */
export function pathsOf(files: FileList | readonly File[] | null): string[] {
  return [...(files ?? [])].map((file) => window.phien.filePath(file)).filter((path) => path !== '');
}

/** The name of a file at the end of a path of either kind of system. */
export function fileNameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
