import { beforeAll, describe, expect, it } from 'vitest';
import { CHANGE_KINDS, EXIT_CODES, PROBLEMS, UNCHECKED, outcomeOf } from '../../common/domain/verdict.ts';
import { makeIdentity, testSigner } from '../../tests/fixtures/pki.ts';
import type { Cast, SignedSample } from '../../tests/fixtures/signed-pdf.ts';
import {
  FIELDS,
  approvedOf,
  makeCast,
  regularFont,
  samplePdf,
  signBoth,
  signStep,
} from '../../tests/fixtures/signed-pdf.ts';
import { appendPlaceholder } from './placeholder.ts';
import { prepareSignatures } from './prepare.ts';
import { signIncrement } from './sign.ts';
import { verifyPdf } from './verify.ts';

const DAY = 24 * 3600_000;
let cast: Cast;
let sample: SignedSample;
beforeAll(async () => {
  cast = makeCast();
  sample = await signBoth(await samplePdf('table'), cast);
});
const trust = () => [cast.root.certificate];

describe('a verdict', () => {
  it('follows from the worst problem', () => {
    expect(outcomeOf([])).toBe('valid');
    expect(outcomeOf(['certificate-untrusted'])).toBe('unknown');
    expect(outcomeOf(['certificate-untrusted', 'byte-range-wrong'])).toBe('invalid');
    expect(EXIT_CODES).toEqual({ valid: 0, invalid: 1, unknown: 2 });
  });
  it('has no two codes alike', () => {
    const all = [...Object.keys(PROBLEMS), ...CHANGE_KINDS, ...UNCHECKED];
    expect(new Set(all).size).toBe(all.length);
  });
  it('without trust says that nobody vouches for the signers', () => {
    const verdict = verifyPdf(sample.signed, { trust: [] });
    expect(verdict.outcome).toBe('unknown');
    expect(verdict.unchecked).toContain('trust-not-given');
    expect(verdict.signers.map((signer) => signer.problems)).toEqual([
      ['certificate-untrusted'],
      ['certificate-untrusted'],
    ]);
  });
  it('names what it did not check, and only that', () => {
    expect(verifyPdf(sample.signed, { trust: trust() }).unchecked).toEqual([
      'signing-time-not-proven',
      'revocation-not-checked',
      'expected-signers-not-given',
    ]);
    const expected = [{ field: 'Chair', name: cast.chair.name }];
    expect(verifyPdf(sample.signed, { trust: trust(), expected, revokedAt: () => undefined }).unchecked).toEqual([
      'signing-time-not-proven',
    ]);
  });
  it('is invalid when somebody else signed than expected, by member or by name', () => {
    for (const expected of [
      { field: 'Chair', memberId: cast.secretary.memberId },
      { field: 'Chair', name: cast.secretary.name },
      { field: 'Chair', memberId: cast.chair.memberId, name: cast.secretary.name },
    ])
      expect(verifyPdf(sample.signed, { trust: trust(), expected: [expected] })).toMatchObject({
        outcome: 'invalid',
        problems: ['not-the-expected-signer'],
      });
    const expected = [{ field: 'Witness', name: cast.chair.name }];
    expect(verifyPdf(sample.signed, { trust: trust(), expected }).problems).toEqual(['signature-missing']);
  });
  it('takes names in any normalisation', () => {
    const expected = [{ field: 'Chair', name: cast.chair.name.normalize('NFD') }];
    expect(verifyPdf(sample.signed, { trust: trust(), expected }).outcome).toBe('valid');
  });
});

describe('the certificate of a signer', () => {
  it('revoked before the claimed time makes the document invalid, afterwards uncertain', () => {
    const revokedAt = (when: number) => (certificate: Uint8Array) =>
      certificate === undefined || Buffer.compare(certificate, cast.chair.certificate) !== 0
        ? undefined
        : new Date(when);
    const before = verifyPdf(sample.signed, { trust: trust(), revokedAt: revokedAt(Date.now() - DAY) });
    expect(before.outcome).toBe('invalid');
    expect(before.signers.map((signer) => signer.problems)).toEqual([[], ['certificate-revoked']]);
    const later = verifyPdf(sample.signed, { trust: trust(), revokedAt: revokedAt(Date.now() + DAY) });
    expect(later.outcome).toBe('unknown');
    expect(later.signers[1]!.problems).toEqual(['certificate-revoked-later']);
  });
  it('that has expired since leaves it open; before that time it is valid', () => {
    const later = new Date(Date.now() + 400 * DAY);
    expect(verifyPdf(sample.signed, { trust: trust(), at: later }).outcome).toBe('unknown');
    expect(verifyPdf(sample.signed, { trust: trust(), at: later }).signers[0]!.problems).toEqual([
      'certificate-expired',
    ]);
  });
  it('that has expired since is still the one that was expected', () => {
    const expected = [{ field: 'Chair', memberId: cast.chair.memberId }];
    const at = new Date(Date.now() + 400 * DAY);
    expect(verifyPdf(sample.signed, { trust: trust(), at, expected })).toMatchObject({
      outcome: 'unknown',
      problems: [],
    });
  });
  it('may be judged at a claimed time that lies ahead, and is no better for it otherwise', () => {
    const at = new Date(Date.now() - 2 * DAY);
    const outcome = (pdf: Uint8Array, trusted: Uint8Array[]) =>
      verifyPdf(pdf, { trust: trusted, at, acceptsClocksAhead: true }).outcome;
    expect(outcome(sample.signed, trust())).toBe('valid');
    expect(outcome(sample.signed, [])).toBe('unknown');
    const changed = Buffer.from(sample.signed);
    changed[500]! ^= 1;
    expect(outcome(changed, trust())).toBe('invalid');
    const expired = new Date(Date.now() + 400 * DAY);
    const later = verifyPdf(sample.signed, { trust: trust(), at: expired, acceptsClocksAhead: true });
    expect(later.signers[0]!.problems).toEqual(['certificate-expired']);
  });
  it('must be in force at the claimed time, which must not lie ahead', () => {
    const early = new Date(Date.now() - 2 * DAY);
    expect(verifyPdf(sample.signed, { trust: trust(), at: early }).signers[0]!.problems).toEqual([
      'signing-time-in-future',
    ]);
  });
});

describe('three signers', () => {
  const three = [FIELDS[0]!, { name: 'Witness', page: 0, rect: [60, 60, 240, 120] as const }, FIELDS[1]!];

  async function upTo(count: number): Promise<Uint8Array> {
    const prepared = prepareSignatures(await samplePdf('stream'), three, { regular: regularFont });
    const approved = approvedOf(prepared);
    const witness = makeIdentity({ name: 'Lê Thị Chứng', issuer: cast.root });
    let pdf = prepared;
    const steps = [
      { field: 'Secretary', role: 'certify', identity: cast.secretary },
      { field: 'Witness', role: 'approve', identity: witness },
      { field: 'Chair', role: 'approve', identity: cast.chair },
    ] as const;
    for (const step of steps.slice(0, count)) pdf = (await signStep(pdf, approved, step)).pdf;
    return pdf;
  }

  it('can sign one after the other', async () => {
    const verdict = verifyPdf(await upTo(3), { trust: trust() });
    expect(verdict.outcome).toBe('valid');
    expect(verdict.signers.map((signer) => signer.name)).toEqual(['Nguyễn Thị Thử', 'Lê Thị Chứng', 'Trần Văn Mẫu']);
    expect(verdict.changes.map((change) => [change.after, change.kind, change.allowed])).toEqual([
      ['Secretary', 'signature-added', true],
      ['Witness', 'signature-added', true],
    ]);
  });
  it('are missed while one has not signed', async () => {
    const verdict = verifyPdf(await upTo(2), { trust: trust() });
    expect(verdict).toMatchObject({ outcome: 'unknown', problems: ['field-not-signed'], unsignedFields: ['Chair'] });
    expect(verdict.signers.every((signer) => signer.outcome === 'valid')).toBe(true);
  });
});

it('a placeholder that nobody signed yet is not valid', async () => {
  const { prepared } = sample;
  const { chain } = cast.secretary;
  const request = { field: 'Secretary', role: 'certify', chain, time: new Date(), lines: ['Ký bởi: A'] } as const;
  const { pdf, increment } = appendPlaceholder(prepared, request);
  expect(verifyPdf(pdf, { trust: trust() }).outcome).toBe('invalid');
  // The signer may insist on what the visible signature says.
  const signing = {
    approved: approvedOf(prepared),
    revision: prepared,
    increment,
    field: 'Secretary',
    signer: testSigner(cast.secretary),
  };
  await expect(signIncrement({ ...signing, lines: ['Ký bởi: B'] })).rejects.toMatchObject({
    code: 'signing-revision-not-allowed',
  });
  await expect(signIncrement({ ...signing, lines: ['Ký bởi: A'] })).resolves.toBeInstanceOf(Uint8Array);
});

it('mutated signed files never pass and never throw', () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const { signed } = sample;
  const words = ['/V 5 0 R', '<<', '>>', 'endobj', '/Kids [1 0 R]', '0000000000', '%', '(', '/ByteRange [0 0 0 0]'];
  for (let round = 0; round < 400; round++) {
    let bytes = Buffer.from(signed);
    for (let edits = 1 + random(3); edits > 0; edits--) {
      const at = random(bytes.length);
      const how = random(4);
      if (how === 0) bytes[at] = bytes[at]! ^ (1 + random(255));
      else if (how === 1) bytes.write(words[random(words.length)]!, Math.min(at, bytes.length - 30), 'latin1');
      else if (how === 2)
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random(50)))]);
      else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(bytes.length))]);
    }
    if (Buffer.compare(bytes, signed) === 0) continue;
    const { outcome } = verifyPdf(bytes, { trust: trust() });
    expect(outcome, `seed ${seed}, round ${round}`).not.toBe('valid');
  }
}, 120_000);
