import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileName } from './file-name.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

test('the name of a meeting becomes that of a file, without what Windows forbids', () => {
  expect(fileName('Giấy mời - Phiên họp tháng 11/2026: "thường kỳ"', 'pdf')).toBe(
    'Giấy mời - Phiên họp tháng 11-2026- -thường kỳ-.pdf',
  );
  expect(fileName('a\u202Efdp.exe\n\uD800', 'pdf')).toBe('a-fdp.exe--.pdf');
  expect([fileName('  ', 'phien'), fileName('CON', 'pdf'), fileName('nul.pdf', 'pdf'), fileName('Con', 'pdf')]).toEqual(
    ['Phiên.phien', '_CON.pdf', '_nul.pdf.pdf', '_Con.pdf'],
  );
  expect(fileName('Công khai', 'pdf')).toBe('Công khai.pdf');
});

test('a name of any length fits into 255 bytes with its ending, cut between two letters', () => {
  const long = fileName(`Biên bản - ${'Thảo luận các báo cáo. '.repeat(22)}`, 'pdf');
  expect(bytes(long)).toBeLessThanOrEqual(255);
  expect(bytes(long)).toBeGreaterThan(245);
  expect(long.endsWith('.pdf')).toBe(true);
  expect(fileName('ệ'.repeat(300), 'phien')).toBe(`${'ệ'.repeat(83)}.phien`);
  // A letter of two signs that don't join into one, and one of several that show as one.
  expect(fileName('q\u0303'.repeat(200), 'pdf')).toBe(`${'q\u0303'.repeat(83)}.pdf`);
  expect(fileName('👩‍👩‍👧'.repeat(40), 'pdf')).toBe(`${'👩‍👩‍👧'.repeat(13)}.pdf`);
});

test('whatever somebody types, the name can be a file of that kind', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
      const name = fileName(text, 'phien-invite');
      expect(bytes(name)).toBeLessThanOrEqual(255);
      expect(name).toMatch(/^[^\\/:*?"<>|]+\.phien-invite$/);
      expect(name.isWellFormed()).toBe(true);
    }),
  );
});
