import { Agent, get } from 'node:https';
import { setPriority } from 'node:os';
import { answerQuestions } from '../child-process.ts';

/** Laptops that fetch a paper chunk by chunk, two at a time each as ours do, again and again, and throw it away. */
export type ReadersQuestion =
  | {
      readonly ask: 'read';
      readonly port: number;
      readonly path: string;
      /** Whole chunks are asked for. */
      readonly chunks: number;
      readonly chunkBytes: number;
      readonly ca: string;
      readonly readers: readonly { readonly key: string; readonly cert: string }[];
    }
  | { readonly ask: 'stop' };

export interface WasRead {
  readonly milliseconds: number;
  /** Of each reader since all of them had their first chunk. */
  readonly bytes: readonly number[];
}

const AT_ONCE = 2;
/** What is measured beside them must not wait for their own work on this processor. */
const LAST = 19;

let since = 0;
let stopped = false;
let bytes: number[] = [];
let reading: Promise<void>[] = [];

answerQuestions(async (question: ReadersQuestion): Promise<WasRead | null> => {
  if (question.ask === 'read') {
    setPriority(LAST);
    stopped = false;
    reading = [];
    const { readers, ...paper } = question;
    const first = readers.map((reader, index) => begin(reader, index, paper));
    await Promise.all(first);
    bytes = readers.map(() => 0);
    since = performance.now();
    return null;
  }
  const read = { milliseconds: performance.now() - since, bytes: [...bytes] };
  stopped = true;
  await Promise.all(reading);
  return read;
});

type Paper = Omit<Extract<ReadersQuestion, { ask: 'read' }>, 'readers'>;

/** Resolves when its first chunk has come. */
async function begin(reader: { key: string; cert: string }, index: number, paper: Paper): Promise<void> {
  const agent = new Agent({
    ...reader,
    ca: paper.ca,
    minVersion: 'TLSv1.3',
    // Certificates of people name no host.
    checkServerIdentity: () => undefined,
    keepAlive: true,
    maxSockets: AT_ONCE,
  });
  let chunk = index;
  const next = () => fetchChunk(agent, paper, chunk++ % paper.chunks, index);
  await next();
  const goOn = async (): Promise<void> => {
    while (!stopped) await next();
  };
  const both = Array.from({ length: AT_ONCE }, () => goOn());
  reading.push(Promise.all(both).then(() => agent.destroy()));
}

function fetchChunk(agent: Agent, { port, path, chunkBytes }: Paper, chunk: number, reader: number): Promise<void> {
  const from = chunk * chunkBytes;
  const headers = { range: `bytes=${from}-${from + chunkBytes - 1}` };
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
      if (response.statusCode !== 206) return reject(new Error(`answered ${response.statusCode}`));
      let left = chunkBytes;
      response.on('data', (part: Buffer) => {
        left -= part.byteLength;
        bytes[reader] = (bytes[reader] ?? 0) + part.byteLength;
      });
      response.on('error', reject);
      response.on('end', () => (left === 0 ? resolve() : reject(new Error(`${left} bytes are missing`))));
    }).on('error', reject);
  });
}
