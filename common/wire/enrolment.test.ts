import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  enrolmentRequestSchema,
  formatInvitationCode,
  hostPortSchema,
  parseInvitationCode,
  personNameSchema,
} from './enrolment.ts';

const secrets = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('invitation code', () => {
  it('has four groups of four and reads back to the same secret', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const code = formatInvitationCode(secret);
        expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
        expect(parseInvitationCode(code)).toEqual(secret);
      }),
    );
    expect(formatInvitationCode(new Uint8Array(10))).toBe('0000-0000-0000-0000');
    expect(formatInvitationCode(new Uint8Array(10).fill(255))).toBe('ZZZZ-ZZZZ-ZZZZ-ZZZZ');
    expect(formatInvitationCode(Uint8Array.of(0, 68, 50, 20, 199, 66, 84, 182, 53, 207))).toBe('0123-4567-89AB-CDEF');
  });

  it('forgives case, blanks, dashes and the letters that look like digits', () => {
    const secret = parseInvitationCode('0123-1110-ABCD-EFGH');
    expect(secret).not.toBeNull();
    for (const typed of [
      'o123 iLl0 abcd efgh',
      ' O123–1110—ABCD.EFGH\n',
      '01231110ABCDEFGH',
      '０１２３-1110-ABCD-EFGH',
    ]) {
      expect(parseInvitationCode(typed)).toEqual(secret);
    }
  });

  it('refuses what is no code', () => {
    for (const typed of [
      '',
      '0123-1110-ABCD-EFG',
      '0123-1110-ABCD-EFGHJ',
      'U123-1110-ABCD-EFGH',
      'Đ123-1110-ABCD-EFGH',
    ]) {
      expect(parseInvitationCode(typed)).toBeNull();
    }
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parseInvitationCode(text)));
  });
});

describe('names and addresses', () => {
  it('composes names, trims them, and refuses what hides or reorders letters', () => {
    expect(personNameSchema.parse('  Nguyễn  Văn Á '.normalize('NFD'))).toBe('Nguyễn Văn Á'.normalize('NFC'));
    for (const name of ['', '   ', 'a\nb', 'a\u0000b', 'a\u202eb', 'a\u200db', 'x'.repeat(65), '\ud800'])
      expect(personNameSchema.safeParse(name).success).toBe(false);
  });

  it('takes host and port in the usual spellings only', () => {
    for (const address of ['192.0.2.7:7443', '[2001:db8::7]:1', '[fe80::1%eth0]:7443', 'may-thu-ky.local:65535'])
      expect(hostPortSchema.safeParse(address).success).toBe(true);
    for (const address of ['192.0.2.7', 'a:0', 'a:65536', 'a b:1', 'http://a:1', ':1', 'a/b:1', '-a:1'])
      expect(hostPortSchema.safeParse(address).success).toBe(false);
  });

  it('refuses a request with anything out of bounds', () => {
    const right = { version: 1, invitation: 'a'.repeat(32), request: 'AAAA', name: 'Ai đó', nonce: '0'.repeat(32) };
    expect(enrolmentRequestSchema.safeParse(right).success).toBe(true);
    for (const wrong of [{ version: 2 }, { invitation: 'A'.repeat(32) }, { request: 'A'.repeat(6_001) }, { nonce: '' }])
      expect(enrolmentRequestSchema.safeParse({ ...right, ...wrong }).success).toBe(false);
  });
});
