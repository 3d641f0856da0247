import { Agent, get } from 'node:https';
import { answerQuestions } from '../child-process.ts';

/** Fetches a file in one stream over mutual TLS and throws it away. */
export interface PaperClientQuestion {
  readonly port: number;
  readonly path: string;
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
  readonly bytes: number;
}

/** Answered with the milliseconds from the first byte of the answer's body to the last; the handshake is not in it. */
answerQuestions(({ port, path, bytes, ...tls }: PaperClientQuestion) => {
  // Certificates of people name no host.
  const agent = new Agent({ ...tls, minVersion: 'TLSv1.3', checkServerIdentity: () => undefined });
  return new Promise<number>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`answered ${response.statusCode}`));
      const from = performance.now();
      let left = bytes;
      response.on('data', (chunk: Buffer) => (left -= chunk.byteLength));
      response.on('error', reject);
      response.on('end', () => {
        agent.destroy();
        if (left === 0) resolve(performance.now() - from);
        else reject(new Error(`${left} bytes are missing`));
      });
    }).on('error', reject);
  });
});
