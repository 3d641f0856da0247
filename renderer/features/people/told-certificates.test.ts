import { describe, expect, it, test } from 'vitest';
import { certificatesEnding, ownCertificate } from './told-certificates.ts';

const DAY = 24 * 3_600_000;
const until = '2028-01-31T00:00:00.000Z';
const certificate = { from: '2026-01-29T00:00:00.000Z', until, renewedUntil: null };
const told = (days: number, here: { clockAhead?: number; renewing?: boolean } = {}, own = certificate) =>
  ownCertificate(own, { now: Date.parse(until) + days * DAY, clockAhead: null, renewing: false, ...here });

describe('what a person is told of the own certificate', () => {
  it('[CERT-1] is nothing for two years, then when it ends, then that it has ended', () => {
    expect(told(-31)).toBeNull();
    expect(told(-29)).toEqual({ what: 'ending', date: until, clock: null });
    expect(told(1)).toEqual({ what: 'ended', date: until, clock: 'clock' });
  });

  it('[CERT-3] is that its successor is asked for, or there', () => {
    expect(told(-10, { renewing: true })?.what).toBe('renewing');
    expect(told(10, { renewing: true })?.what).toBe('renewing');
    // A forgotten PIN that came back to mind asks for nothing any more.
    expect(told(-31, { renewing: true })).toBeNull();
    const renewedUntil = '2030-01-20T00:00:00.000Z';
    const renewed = { ...certificate, renewedUntil } as unknown as typeof certificate;
    for (const days of [-31, -10, 10])
      expect(told(days, {}, renewed)).toEqual({ what: 'renewed', date: renewedUntil, clock: null });
  });

  it('[CERT-4] never calls a certificate ended without a word of the clock, and a plain one where another laptop showed another day', () => {
    expect(told(400)?.clock).toBe('clock');
    expect(told(400, { clockAhead: -400 * 24 * 3600 })?.clock).toBe('clockOff');
    expect(told(-10, { clockAhead: -400 * 24 * 3600 })).toMatchObject({ what: 'ending', clock: 'clockOff' });
    expect(told(-10, { clockAhead: 3600 })?.clock).toBeNull();
    expect(told(-1000)).toMatchObject({ what: 'early', clock: 'clock' });
  });
});

test('[CERT-2] who lets people in sees those whose certificate ends within 30 days or has ended, without the own one', () => {
  const person = (name: string, ends: string | null, me = false) => ({
    member: name as never,
    name,
    position: '',
    certificate: ends === null ? null : { from: certificate.from, until: ends },
    me,
  });
  const people = [
    person('Hà', '2028-02-20T00:00:00.000Z'),
    person('Lò', '2028-01-20T00:00:00.000Z'),
    person('Vì', '2027-06-01T00:00:00.000Z'),
    person('Tòng', null),
    person('Quàng', '2027-06-01T00:00:00.000Z', true),
  ];
  const names = certificatesEnding(people, Date.parse('2028-01-10T00:00:00Z')).map(({ name }) => name);
  expect(names).toEqual(['Lò', 'Vì']);
});
