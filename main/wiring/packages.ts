import type { Packages } from '../meetings/packages.ts';
import type { LaptopStore, PdfSigning } from '../meetings/ports.ts';
import type { Logger } from '../logging/logger.ts';
import type { Store } from '../store/open-store.ts';

export function packages(_deps: {
  store: Store;
  kept: LaptopStore;
  signing: PdfSigning;
  now: () => Date;
  logger: Logger;
}): Packages {
  return {} as Packages;
}
