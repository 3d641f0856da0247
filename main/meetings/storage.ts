import type { StorageStatus, StorageTrouble } from '../../common/contract/requests.ts';
import type { EventHub } from './events.ts';
import type { LaptopStore } from './ports.ts';

/** Only papers are held back by a disk that is merely low. */
function takesNothingOfOthers(trouble: StorageTrouble | undefined): boolean {
  return trouble !== undefined && trouble !== 'disk-low';
}

export function cannotWrite(trouble: StorageTrouble | undefined): boolean {
  return takesNothingOfOthers(trouble) && trouble !== 'disk-own-only';
}

/** A disk that is full for so long will be for longer. */
const LONG_MILLISECONDS = 3000;

/** `onLong`: what others write could not be taken for a while; `onWritable`: what is written here can be (again). */
export function followDisk(
  health: LaptopStore['health'],
  on: { readonly onLong: () => void; readonly onWritable: () => void },
): () => void {
  let waiting: NodeJS.Timeout | undefined;
  const stop = health.onChange(() => {
    clearTimeout(waiting);
    const trouble = health.trouble();
    if (takesNothingOfOthers(trouble)) waiting = setTimeout(on.onLong, LONG_MILLISECONDS);
    if (!cannotWrite(trouble)) on.onWritable();
  });
  return () => {
    stop();
    clearTimeout(waiting);
  };
}

/** Tells windows how well this laptop keeps what it is given. */
export interface StorageReport {
  status(): StorageStatus;
  /** The notice about a damaged database has been read. */
  read(): StorageStatus;
  /** The person decides that no other laptop has entries of this one that it lacks itself. */
  goOnAlone(): StorageStatus;
  close(): void;
}

export function reportStorage(store: LaptopStore, events: EventHub): StorageReport {
  const status = (): StorageStatus => ({
    trouble: store.health.trouble() ?? null,
    restoration: store.restoration.get() ?? null,
    inDoubt: store.own.doubted(),
  });
  const tell = (): StorageStatus => {
    const now = status();
    events.emit('storage.changed', now);
    return now;
  };
  const stops = [store.health.onChange(tell), store.own.onSettled(tell), store.own.onDoubted(tell)];
  return {
    status,
    read() {
      store.restoration.read();
      return tell();
    },
    goOnAlone() {
      for (const meeting of store.own.doubted()) store.own.settle(meeting);
      return tell();
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}
