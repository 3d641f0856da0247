import { describe, expect, it } from 'vitest';
import { reportText, type Diagnostics } from './diagnostics.ts';

const facts: Diagnostics = {
  at: '2026-11-22T01:05:07.123Z',
  version: '0.3.0',
  runtime: { electron: '33.2.1', chrome: '130.0.6723.137', node: '20.18.1' },
  platform: { system: 'linux', release: '6.1.0-21-amd64', architecture: 'x64', processors: 2 },
  uptime: 3725.4,
  memory: { engine: 182_000_000, free: 2_400_000_000, total: 8_200_000_000 },
  disk: { free: 41_000_000_000, database: 3_400_000 },
  meetings: { all: 12, open: 2, carried: 1, joined: 1, fromPackages: 3 },
  papers: 57,
  database: { sound: true, checkedAt: '2026-11-22T00:03:00.000Z' },
  discovery: 'network',
  addresses: ['192.168.1.20', 'fe80::1'],
  links: [
    {
      role: 'member',
      state: 'waiting',
      since: '2026-11-22T01:04:00.000Z',
      lastReceived: '2026-11-22T01:03:59.000Z',
      problem: 'unreachable',
      people: 0,
      onlyHere: { count: 2, since: '2026-11-22T01:04:30.000Z' },
      savedOn: null,
      clockAhead: -3,
    },
  ],
  problems: [
    { at: '2026-11-22T01:04:00.000Z', level: 'error', event: 'backup failed', code: 'ENOSPC', times: 2 },
    { at: '2026-11-22T01:03:00.000Z', level: 'warn', event: 'connection closed', code: '4403', times: 1 },
  ],
};

/** What must never leave: names, titles, texts, ids, keys, PINs, paths, entries. */
const SECRETS = [
  'Lò Thị Mẫu',
  'Lo Thi Mau',
  'Họp bất thường về đất đai',
  'Không đồng ý',
  '284619',
  'mat-khau-thu-1',
  'abcdefghijklmnopqrstuvwxyz234567',
  '11111111-1111-4111-8111-111111111111',
  'ab12'.repeat(16),
  '/home/mau/.config/phien',
  'C:\\Users\\Mau\\AppData',
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----',
  'eyJhbGciOiJQUzI1NiJ9.eyJib2R5Ijoi.c2lnbmF0dXJl',
  'MAY-LO-THI-MAU.local:7443',
  'mau@example.org',
];

/** Every way to put `secret` into one text of the facts. */
function poisoned(value: unknown, secret: string): unknown[] {
  if (typeof value === 'string' || value === null) return [secret, `${value} ${secret}`, `${secret}\n${value}`];
  if (typeof value !== 'object') return [secret];
  return Object.entries(value as object).flatMap(([name, part]) =>
    poisoned(part, secret).map((poison) =>
      Array.isArray(value)
        ? value.map((one: unknown, index) => (String(index) === name ? poison : one))
        : { ...value, [name]: poison },
    ),
  );
}

describe('the diagnostics report', () => {
  it('says what there is to say', () => {
    expect(reportText(facts).split('\n')).toEqual([
      'Phiên 0.3.0, report of 2026-11-22T01:05:07.123Z',
      'runtime: electron 33.2.1, chrome 130.0.6723.137, node 20.18.1',
      'system: linux 6.1.0-21-amd64 x64, 2 processors',
      'engine: running 3725 s, 182 MB',
      'memory: 2400 MB free of 8200 MB',
      'disk: 41000 MB free, database 3 MB',
      'database: sound, checked 2026-11-22T00:03:00.000Z',
      'meetings: 12, open 2, carried 1, joined 1, from packages 3',
      'papers: 57',
      'discovery: network',
      'addresses: 192.168.1.20 fe80::1',
      'link: member waiting since 2026-11-22T01:04:00.000Z, problem unreachable, people 0, ' +
        'last received 2026-11-22T01:03:59.000Z, only here 2 since 2026-11-22T01:04:30.000Z, saved on -, clock ahead -3 s',
      'error: 2026-11-22T01:04:00.000Z backup failed ENOSPC x2',
      'warn: 2026-11-22T01:03:00.000Z connection closed 4403 x1',
      '',
    ]);
  });

  it('lets no secret out, wherever it came in', () => {
    let tried = 0;
    for (const secret of SECRETS) {
      for (const bad of poisoned(facts, secret)) {
        const text = reportText(bad as Diagnostics);
        tried++;
        expect(text).not.toContain(secret);
        // Nor a part of it that would tell.
        for (const word of secret.split(/[\s\n]+/).filter((one) => one.length > 5)) expect(text).not.toContain(word);
        expect(text.split('\n')).toHaveLength(reportText(facts).split('\n').length);
      }
    }
    expect(tried).toBeGreaterThan(1000);
  });
});
