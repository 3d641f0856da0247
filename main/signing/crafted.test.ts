import { expect, it } from 'vitest';
import { Crafted, manySignatures } from './crafted.fixtures.ts';
import { verifyPdf } from './verify.ts';

it('a file of some kilobytes that wants to be read hundreds of times is not, so that it cannot end the engine', () => {
  const pdf = manySignatures(20, 150_000);
  expect(pdf.length).toBeLessThan(20_000);
  expect(verifyPdf(pdf, { trust: [] }).problems).toEqual(['file-damaged']);
  // As it is, it is a file like others.
  expect(verifyPdf(manySignatures(2, 600), { trust: [] }).signers).toHaveLength(2);
});

it('objects within objects, each of which reaches to the end, are not read one by one', () => {
  const made = new Crafted();
  made.put('%PDF-1.7\n');
  made.object(1, '<</Type/Catalog/Pages 2 0 R>>');
  made.object(2, '<</Type/Pages/Count 0/Kids[]>>');
  const count = 4000;
  for (let index = 0; index < count; index++) {
    made.place(10 + index);
    made.put('7 0 obj(');
  }
  made.put(')\nendobj\n'.repeat(count));
  expect(verifyPdf(made.end(count + 10), { trust: [] }).problems).toEqual(['file-unreadable']);
});
