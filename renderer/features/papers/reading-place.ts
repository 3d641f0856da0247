/** Where reading stopped, kept on this laptop only. */
export interface ReadingPlace {
  readonly page: number;
  readonly fraction: number;
}

const key = (sha256: string): string => `phien.place.${sha256}`;

export function rememberPlace(sha256: string, place: ReadingPlace): void {
  try {
    localStorage.setItem(key(sha256), `${place.page} ${place.fraction.toFixed(3)}`);
  } catch {
    // Full or blocked storage costs the bookmark only.
  }
}

export function rememberedPlace(sha256: string): ReadingPlace | undefined {
  const match = /^(\d{1,6}) (\d{1,2}\.\d{3})$/.exec(localStorage.getItem(key(sha256)) ?? '');
  return match === null ? undefined : { page: Number(match[1]), fraction: Number(match[2]) };
}
