import { expect, it } from 'vitest';
import { asMemberId } from '../../../common/domain/ids.ts';
import { endedCertificates } from './ended-certificates.ts';

const NOW = Date.parse('2026-11-28T08:00:00+07:00');
const person = (n: number, until: string | null) => ({
  member: asMemberId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
  name: '',
  position: '',
  certificate: until === null ? null : { from: '2024-11-28T00:00:00Z', until },
  me: false,
});

it('[CERT-2] names in a meeting who cannot join since the certificate has ended, and nobody else', () => {
  const late = person(1, '2026-11-27T00:00:00Z');
  const others = [person(2, '2026-11-29T00:00:00Z'), person(3, null)];
  expect([...endedCertificates([late, ...others], NOW)]).toEqual([[late.member, '2026-11-27T00:00:00Z']]);
});
