import { connect } from 'node:tls';
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

const HEAD_END = '\r\n\r\n';

/**
 * Answered with the milliseconds from the first byte of the answer to the last; the handshake is not in it. Reads the
 * answer itself: Node's HTTP client takes longer for the bytes than the servers do.
 */
answerQuestions(({ port, path, bytes, ...tls }: PaperClientQuestion) => {
  return new Promise<number>((resolve, reject) => {
    // Certificates of people name no host.
    const options = { ...tls, minVersion: 'TLSv1.3', checkServerIdentity: () => undefined } as const;
    const socket = connect({ host: '127.0.0.1', port, ...options });
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
    let from = 0;
    let left = bytes;
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.byteLength;
      if (from > 0) return;
      from = performance.now();
      const head = chunk.subarray(0, chunk.indexOf(HEAD_END) + HEAD_END.length);
      left += head.byteLength;
      if (!head.toString().startsWith('HTTP/1.1 200 ')) socket.destroy(new Error(`answered ${head.toString()}`));
    });
    socket.on('error', reject);
    socket.on('end', () => {
      if (left === 0) resolve(performance.now() - from);
      else reject(new Error(`${left} bytes are missing`));
    });
  });
});
