import { z } from 'zod';
import type { Sha256 } from '../domain/ids.ts';

/** What a presenter shows, as the awareness field `presenting` of the floor document: live, never stored. */
export const presentingSchema = z.object({
  paper: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((v) => v as Sha256),
  page: z.number().int().min(1).max(100_000),
});
export type Presenting = z.output<typeof presentingSchema>;
