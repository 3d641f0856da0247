import type { MeetingId } from '../../../common/domain/ids.ts';
import { ENGINE_HEAP_FLAGS } from '../../../main/desktop/engine-heap.ts';
import type { Carried, CarryingQuestion } from '../carrying-process.ts';
import { asShipped } from '../as-shipped.ts';
import { startProcess, type Helper } from '../child-process.ts';
import type { ServerQuestion } from './bare-process.ts';
import type { Dialect } from './dialects.ts';
import type { Place } from './laptop.ts';

/** One of the servers that are compared. */
export interface Contestant {
  readonly name: string;
  readonly dialect: Exclude<Dialect, 'link'>;
  readonly file: string;
}

export const contestants = {
  floor: { name: 'bare ws that batches for 10 ms', dialect: 'bare', file: 'fan-out/bare-process.ts' },
  yWebsocket: {
    name: '@y/websocket-server 0.1.1',
    dialect: 'y-websocket',
    file: 'baselines/y-websocket-process.mjs',
  },
  hocuspocus: { name: '@hocuspocus/server 4.7.0', dialect: 'hocuspocus', file: 'baselines/hocuspocus-process.mjs' },
} as const satisfies Record<string, Contestant>;

export interface ServerTls {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export interface RunningServer {
  readonly helper: Helper;
  readonly place: Place;
}

/** `state`: a document that it has already. */
export async function startContestant(
  { dialect, file }: Contestant,
  tls: ServerTls | null,
  state?: { readonly document: string; readonly update: Uint8Array },
): Promise<RunningServer> {
  const helper = startProcess(file.endsWith('.ts') ? await asShipped(file) : file);
  const question: ServerQuestion = { ask: 'listen', tls, ...(state ? { state } : {}) };
  const port = await helper.ask<number>(question);
  const path = `/${state?.document ?? 'ink'}`;
  return { helper, place: { dialect, port, path, ca: tls?.ca ?? null, heads: [] } };
}

/** A laptop of ours that carries the meeting which lies in `folder`: its engine, signed log and database. */
export async function startHost(folder: string, meeting: MeetingId, ca: string): Promise<RunningServer> {
  const helper = startProcess(await asShipped('carrying-process.ts'), [], ENGINE_HEAP_FLAGS);
  const question: CarryingQuestion = { ask: 'open', folder, meeting };
  const { address, heads } = await helper.ask<Carried>(question);
  const port = Number(address.split(':').at(-1));
  return { helper, place: { dialect: 'link', port, path: `/link/${meeting}`, ca, heads } };
}
