import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInvitationCode } from '../../common/wire/enrolment.ts';
import { must } from './identity-fixtures.ts';
import { createInvitation, invitationKeys, readInvitationFile, writeInvitationFile } from './invitation.ts';

const now = new Date('2026-12-01T01:00:00Z');
const organisation = {
  name: 'Ủy ban nhân dân xã Suối Mơ',
  fingerprint: 'ab'.repeat(32),
  addresses: ['192.0.2.7:7444', '[2001:db8::7]:7444'],
};
const written = (change: object = {}): Buffer => {
  const text = writeInvitationFile(createInvitation({ now, name: 'Tạ Thị Khách' }), organisation);
  return Buffer.from(JSON.stringify({ ...(JSON.parse(text) as object), ...change }));
};

describe('invitation', () => {
  it('is different every time, valid for a week, and named by its secret without telling it', () => {
    const made = Array.from({ length: 50 }, () => createInvitation({ now }));
    expect(new Set(made.map(({ code }) => code)).size).toBe(50);
    const [first] = made;
    expect(first).toMatchObject({ state: 'open', request: null, expiresAt: '2026-12-08T01:00:00.000Z' });
    const keys = invitationKeys(parseInvitationCode(first!.code)!);
    expect(keys.id).toBe(first!.id);
    expect(
      new Set([keys.id, keys.request.toString('hex').slice(0, 32), keys.answer.toString('hex').slice(0, 32)]).size,
    ).toBe(3);
  });

  it('reads back from its file', () => {
    const file = must(readInvitationFile(written(), now));
    expect(file).toMatchObject({
      organisation: organisation.name,
      fingerprint: organisation.fingerprint,
      addresses: organisation.addresses,
      name: 'Tạ Thị Khách',
    });
    expect(parseInvitationCode(file.secret)).not.toBeNull();
  });

  it('is small enough for a QR code that a camera reads from a screen', () => {
    expect(written().length).toBeLessThan(500);
  });

  it('says what is wrong with a file', () => {
    const outcome = (bytes: Uint8Array, at = now): string => {
      const result = readInvitationFile(bytes, at);
      return result.ok ? 'ok' : result.error;
    };
    expect(outcome(written(), new Date('2026-12-08T01:00:01Z'))).toBe('expired');
    expect(outcome(written({ version: 2, whatever: true }))).toBe('newer-version');
    const wrong = [
      written({ format: 'something else' }),
      written({ secret: 'U'.repeat(16) }),
      written({ fingerprint: 'AB'.repeat(32) }),
      written({ addresses: ['http://a'] }),
      written({ organisation: 'a\u202eb' }),
      Buffer.from('%PDF-1.7'),
      Buffer.from('null'),
      Buffer.alloc(9_000, 0x20),
      Buffer.from([0xff, 0xfe]),
    ];
    expect(wrong.map((bytes) => outcome(bytes))).toEqual(wrong.map(() => 'not-an-invitation'));
    fc.assert(fc.property(fc.json(), (text) => outcome(Buffer.from(text)) !== 'ok'));
  });
});
