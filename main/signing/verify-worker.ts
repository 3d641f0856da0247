// Runs in a worker thread: a file of some kilobytes can take seconds, in which the engine could not serve a meeting.
import { parentPort, workerData } from 'node:worker_threads';

import { verifyPdf, type VerifyOptions } from './verify.ts';

export interface VerifyTask {
  readonly pdf: Uint8Array;
  readonly options: Pick<VerifyOptions, 'trust' | 'expected' | 'acceptsClocksAhead'>;
}

const { pdf, options } = workerData as VerifyTask;
parentPort?.postMessage(verifyPdf(pdf, options));
