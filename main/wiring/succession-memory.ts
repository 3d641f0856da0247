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
  /** On disk within a second if it can be written; `value` is asked for then. */
  note(value: () => Remembered): void;
  /** What was noted is on disk now if it can be written. */
  flush(): void;
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

/** While a room comes together the list changes many times a second; each writing costs the disk a flush. */
const NOTE_MILLISECONDS = 1000;

export function successionMemory(store: Store, meeting: MeetingId, logger: LinkLogger): SuccessionMemory {
  const key = `succession/${meeting}`;
  let written = '';
  let noted: (() => Remembered) | undefined;
  let writing: NodeJS.Timeout | undefined;

  function write(value: Remembered): void {
    clearTimeout(writing);
    noted = writing = undefined;
    const text = JSON.stringify(value);
    if (text === written) return;
    store.settings.set(key, JSON.parse(text));
    written = text;
  }

  function flush(): void {
    if (!noted) return;
    try {
      write(noted());
    } catch (error) {
      logger.warn('the course of the meeting could not be remembered', { error: String(error) });
    }
  }

  return {
    read: () => store.settings.get(key, schema) ?? { epoch: null, laptops: [], carriedAt: null },
    write,
    note(value) {
      noted = value;
      writing ??= setTimeout(flush, NOTE_MILLISECONDS);
    },
    flush,
  };
}
