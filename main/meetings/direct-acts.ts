/** Acts that a person performs directly; the others follow from requests of their own. */
export const DIRECT_ACTS: ReadonlySet<string> = new Set([
  'meeting-opened',
  'meeting-closed',
  'checked-in',
  'absence-reported',
  'attendance-recorded',
  'item-opened',
  'item-closed',
  'speak-requested',
  'speak-withdrawn',
  'floor-given',
  'floor-ended',
  'motion-opened',
  'ballot',
  'motion-closed',
  'concluded',
  'minutes-reopened',
]);
