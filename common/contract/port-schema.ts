import { z } from 'zod';

import type { WindowFrame } from './port.ts';

/** Longest name of a request, event or document. */
const maxName = 300;
/** Largest single document frame, bytes. A joining document is sent in slices far below this. */
const maxDocumentFrame = 64 * 1024 * 1024;
/** Documents that one window may hold open at once. */
export const maxChannels = 4096;

const id = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const name = z.string().min(1).max(maxName);
const data = z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= maxDocumentFrame);

/** Checks what arrives from a window; a window is untrusted. (Apart from `port.ts`: the preload does without zod.) */
export const windowFrameSchema: z.ZodType<WindowFrame> = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('req'), id, name, input: z.unknown() }),
  z.strictObject({ t: z.literal('sub'), name }),
  z.strictObject({ t: z.literal('unsub'), name }),
  z.strictObject({ t: z.literal('doc-open'), channel: id, name }),
  z.strictObject({ t: z.literal('doc'), channel: id, data }),
  z.strictObject({ t: z.literal('doc-close'), channel: id }),
]);
