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
const READ_BYTES = 64 * 1024;

/**
 * Answered with the milliseconds from the first byte of the answer to the last; the handshake is not in it. Reads into one
 * buffer, without streams or an HTTP client: with those it would be slower than the servers that it measures.
 */
answerQuestions(({ port, path, bytes, ...tls }: PaperClientQuestion) => {
  return new Promise<number>((resolve, reject) => {
    let from = 0;
    let left = bytes;
    const onread = {
      buffer: Buffer.alloc(READ_BYTES),
      callback(length: number, buffer: Uint8Array): boolean {
        left -= length;
        if (from > 0) return true;
        from = performance.now();
        const start = Buffer.from(buffer.subarray(0, length)).toString('latin1');
        const head = start.indexOf(HEAD_END) + HEAD_END.length;
        left += head;
        if (!start.startsWith('HTTP/1.1 200 ')) socket.destroy(new Error(`answered ${start.slice(0, head)}`));
        return true;
      },
    };
    // Certificates of people name no host.
    const options = { ...tls, minVersion: 'TLSv1.3', checkServerIdentity: () => undefined, onread } as const;
    const socket = connect({ host: '127.0.0.1', port, ...options });
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
    socket.on('error', reject);
    socket.on('close', () => {
      if (left === 0) resolve(performance.now() - from);
      else reject(new Error(`${left} bytes are missing`));
    });
  });
});
