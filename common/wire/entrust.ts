import { z } from 'zod';

/**
 * How a meeting gets to a relay, which can reach nobody by itself: a laptop shows it the acts that say that the relay is
 * of this meeting (`PUT`, with `Expect: 100-continue`), and the relay carries it from then on. Everything else comes over
 * the link, as from any laptop.
 */
export const entrustPath = (meeting: string): string => `/carry/${meeting}`;

/** Of the JSON body, bytes: some thousand acts, or a roster of 1000 and its changes. */
export const MAX_ENTRUST_BYTES = 8 * 1024 * 1024;

export const entrustSchema = z.object({
  /** DER, base64: those of the acts' authors. */
  certificates: z
    .array(
      z
        .string()
        .max(12_000)
        .regex(/^[A-Za-z0-9+/]+={0,2}$/),
    )
    .max(1200),
  /** JWS of the acts; each author's whole stream from its beginning, in order. */
  acts: z.array(z.string().max(1024 * 1024)).max(20_000),
});

/**
 * What a relay answers, and the HTTP status that says so. `not-of-the-meeting`: the acts don't name this relay, or don't
 * hold. `too-many`: it carries as many meetings as it is set to.
 */
export const entrustStatus = { carried: 200, 'not-of-the-meeting': 403, 'too-many': 409, failed: 503 } as const;
export type EntrustOutcome = keyof typeof entrustStatus;

export const entrustAnswerSchema = z.object({
  outcome: z.enum(Object.keys(entrustStatus) as [EntrustOutcome, ...EntrustOutcome[]]),
});
