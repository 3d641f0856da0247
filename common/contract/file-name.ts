/** File systems take 255 bytes; Windows counts in another way, by which that is never more. */
const MAX_BYTES = 255;

/** Names of devices, which Windows opens as such whatever the ending is. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Without what Windows forbids, what can't be encoded, and what turns the direction of the text round. */
export const withoutForbidden = (name: string): string =>
  name.replaceAll(/[\\/:*?"<>|\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/gu, '-');

/** A file called that, as far as a file can be: cut between two letters, never in its ending. */
export function fileName(name: string, ending: string): string {
  const bytes = new TextEncoder();
  const suffix = `.${ending}`;
  const wanted = withoutForbidden(name.normalize('NFC')).trim() || 'Phiên';
  const whole = DEVICE.test(wanted) ? `_${wanted}` : wanted;
  let room = MAX_BYTES - bytes.encode(suffix).length;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('vi').segment(whole)) {
    room -= bytes.encode(segment).length;
    if (room < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${suffix}`;
}
