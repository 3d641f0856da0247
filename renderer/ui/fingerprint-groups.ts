/** 96 bits: nobody finds a second key with the same beginning, and two people can still read it to each other. */
const DIGITS = 24;

/** The beginning of a fingerprint in groups of four, to be read aloud: `AB12 CD34 …`. */
export const fingerprintGroups = (hex: string): string =>
  (
    hex
      .slice(0, DIGITS)
      .toUpperCase()
      .match(/.{1,4}/g) ?? []
  ).join(' ');
