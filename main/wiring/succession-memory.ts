import { z } from 'zod';
import type { MeetingId } from '../../common/domain/ids.ts';
import { epochSchema, knownLaptopsSchema, type Epoch, type KnownLaptop } from '../../common/wire/carrier.ts';
import { hostPortSchema } from '../../common/wire/enrolment.ts';
import type { Store } from '../store/open-store.ts';

/** What a laptop knows of who carries a meeting, over restarts. */
export interface SuccessionMemory {
  read(): Remembered;
  /** Throws when it can't be written. */
  write(value: Remembered): void;
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

export function successionMemory(store: Store, meeting: MeetingId): SuccessionMemory {
  const key = `succession/${meeting}`;
  let written = '';
  return {
    read: () => store.settings.get(key, schema) ?? { epoch: null, laptops: [], carriedAt: null },
    write(value) {
      const text = JSON.stringify(value);
      if (text === written) return;
      store.settings.set(key, JSON.parse(text));
      written = text;
    },
  };
}
