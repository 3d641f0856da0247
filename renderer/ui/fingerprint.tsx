import { screenStyles } from './screen.tsx';
import { fingerprintGroups } from './fingerprint-groups.ts';

/** Digits that two people read to each other. */
export function Fingerprint({ hex, testid }: { readonly hex: string; readonly testid: string }) {
  return (
    <span className={screenStyles['finger']} data-testid={testid}>
      {fingerprintGroups(hex)}
    </span>
  );
}
