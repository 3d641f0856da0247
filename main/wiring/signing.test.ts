import { expect, it } from 'vitest';
import { manySignatures } from '../signing/crafted.fixtures.ts';
import { verifyPdf } from '../signing/verify.ts';
import { pdfVerifier } from './signing.ts';

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
