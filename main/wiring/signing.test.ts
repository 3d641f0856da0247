import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SIGNATURE_FIELDS } from '../../common/domain/minutes-signatures.ts';
import { testSigner } from '../../tests/fixtures/pki.ts';
import { makeCast, regularFont, samplePdf } from '../../tests/fixtures/signed-pdf.ts';
import { manySignatures } from '../signing/crafted.fixtures.ts';
import { prepareSignatures } from '../signing/prepare.ts';
import { verifyPdf } from '../signing/verify.ts';
import { pdfSigning, pdfVerifier } from './signing.ts';

const nobody = { trust: [] };

it('a small file that takes long to verify holds nobody up', async () => {
  const pdf = manySignatures(2, 300_000);
  expect(pdf.length).toBeLessThan(10_000);
  let turns = 0;
  let running = true;
  const others = (async () => {
    for (; running; turns++) await new Promise(setImmediate);
  })();
  const verdict = await pdfVerifier(pdf, nobody);
  const served = turns;
  running = false;
  await others;
  expect(served).toBeGreaterThan(20);
  expect(verdict).toEqual(verifyPdf(pdf, nobody));
  // Its caller still has it.
  expect(pdf.length).toBeGreaterThan(0);
});

it('what takes too long or too much memory is stopped, and the verdict is that it cannot be told', async () => {
  const stopped = { outcome: 'unknown', problems: ['verification-stopped'], signers: [] };
  const pdf = manySignatures(2, 900_000);
  expect(await pdfVerifier(pdf, nobody, { timeoutMs: 1, heapMb: 1024 })).toMatchObject(stopped);
  expect(await pdfVerifier(pdf, nobody, { timeoutMs: 60_000, heapMb: 16 })).toMatchObject(stopped);
});

const fonts = join(import.meta.dirname, '../../resources/fonts');
const time = new Date();
const who = { name: 'Trần Văn Mẫu', position: 'Chủ tịch', organisation: 'UBND xã Suối Mơ' };
const preparedPdf = async () => {
  const fields = (['secretary', 'chair'] as const).map((role, index) => ({
    name: SIGNATURE_FIELDS[role],
    page: 1,
    rect: [70 + index * 250, 80, 270 + index * 250, 150] as const,
  }));
  return prepareSignatures(await samplePdf('stream'), fields, { regular: regularFont });
};

it('signing holds nobody up but for what the key takes, and a second signature of the same is refused in words', async () => {
  const cast = makeCast();
  const signing = pdfSigning(fonts);
  const signed = async (pdf: Uint8Array, role: 'secretary' | 'chair') => {
    let turns = 0;
    let running = true;
    const others = (async () => {
      for (; running; turns++) await new Promise(setImmediate);
    })();
    const increment = await signing.sign(pdf, { role, who, signer: testSigner(cast[role]), time });
    const served = turns;
    running = false;
    await others;
    if (!increment.ok) throw new Error(increment.error);
    expect(served).toBeGreaterThan(20);
    return Buffer.concat([pdf, increment.value]);
  };
  const frozen = await signed(await preparedPdf(), 'secretary');
  const sealed = await signed(frozen, 'chair');
  expect(verifyPdf(sealed, { trust: [cast.root.certificate] })).toMatchObject({ outcome: 'valid', problems: [] });
  const again = signing.sign(sealed, { role: 'chair', who, signer: testSigner(cast.chair), time });
  expect(await again).toEqual({ ok: false, error: 'signing-field-taken' });
});

it('signing that takes too long is stopped, and says so', async () => {
  const hurried = pdfSigning(fonts, { timeoutMs: 1, heapMb: 1024 });
  const signer = testSigner(makeCast().chair);
  const pdf = await preparedPdf();
  expect(await hurried.sign(pdf, { role: 'chair', who, signer, time })).toEqual({
    ok: false,
    error: 'signing-stopped',
  });
  await expect(hurried.prepare(pdf)).rejects.toMatchObject({ code: 'signing-stopped' });
});

it('printed minutes without places for signatures are a mistake of ours, which is told', async () => {
  await expect(pdfSigning(fonts).prepare(await samplePdf('table'))).rejects.toThrow('no place for the signature');
});
