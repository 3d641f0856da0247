/** `1,5 MB`: bytes for people, in the language's own number format. */
export function sizeText(bytes: number, language: string): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`;
}

/** null where nothing is here: whole parts of a MiB count, so of a small file none is until all of it is. */
export const shareOf = ({ have, size }: { readonly have: number; readonly size: number }): number | null =>
  have > 0 && size > 0 ? have / size : null;

export const percentText = (share: number, language: string): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share);
