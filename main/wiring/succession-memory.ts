import { z } from 'zod';
import type { MeetingId } from '../../common/domain/ids.ts';
import { epochSchema, knownLaptopsSchema, type Epoch, type KnownLaptop } from '../../common/wire/carrier.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { hostPortSchema } from '../../common/wire/enrolment.ts';
import type { Store } from '../store/open-store.ts';

/** What a laptop knows of who carries a meeting, over restarts. */
export interface SuccessionMemory {
  read(): Remembered;
  /** On disk when it returns; throws when it can't be written. */
  write(value: Remembered): void;
  /**
   * Outlives this process when it returns, if it can be written at all: whoever is killed right after the welcome can
   * still take over. Doesn't wait for the disk, since everybody is told at once when a room comes together.
   */
  note(value: Remembered): void;
}

interface Remembered {
  readonly epoch: Epoch | null;
  readonly laptops: readonly KnownLaptop[];
  readonly carriedAt: string | null;
}

const schema = z.object({
  epoch: epochSchema.nullable(),
  laptops: knownLaptopsSchema,
  carriedAt: hostPortSchema.nullable(),
});

export function successionMemory(
  settings: Pick<Store['settings'], 'get' | 'set' | 'note'>,
  meeting: MeetingId,
  logger: LinkLogger,
): SuccessionMemory {
  const key = `succession/${meeting}`;
  let noted = '';

  return {
    read: () => settings.get(key, schema) ?? { epoch: null, laptops: [], carriedAt: null },
    write(value) {
      const text = JSON.stringify(value);
      settings.set(key, JSON.parse(text));
      noted = text;
    },
    note(value) {
      const text = JSON.stringify(value);
      if (text === noted) return;
      try {
        settings.note(key, JSON.parse(text));
        noted = text;
      } catch (error) {
        logger.warn('the course of the meeting could not be remembered', { error: String(error) });
      }
    },
  };
}
