import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasTool, judge } from '../../tests/fixtures/judges.ts';
import { makeIdentity, testSigner, toPem } from '../../tests/fixtures/pki.ts';
import type { Cast } from '../../tests/fixtures/signed-pdf.ts';
import {
  FIELDS,
  approvedOf,
  makeCast,
  regularFont,
  samplePdf,
  signBoth,
  signStep,
} from '../../tests/fixtures/signed-pdf.ts';
import { signatureFields } from './fields.ts';
import { PdfDocument } from './pdf/document.ts';
import { IncrementWriter } from './pdf/increment.ts';
import { withEntries } from './pdf/objects.ts';
import { appendPlaceholder } from './placeholder.ts';
import { prepareSignatures } from './prepare.ts';
import { embedCms, signIncrement } from './sign.ts';
import { signaturePlace } from './signature-dictionary.ts';
import { verifyPdf } from './verify.ts';

const KINDS = ['table', 'stream'] as const;
const ALGORITHMS = ['RSASSA-PSS', 'RSASSA-PKCS1-v1_5'] as const;
let cast: Cast;
beforeAll(() => {
  cast = makeCast();
});

/** The CMS and what it signs, cut out as anyone would with the ByteRange alone. */
function cutOut(pdf: Uint8Array, field: string) {
  const document = new PdfDocument(pdf);
  const found = signatureFields(document).find((candidate) => candidate.name === field)!;
  const { range, contents } = signaturePlace(document, found)!;
  const length = 4 + contents.bytes[2]! * 256 + contents.bytes[3]!;
  return {
    cms: contents.bytes.subarray(0, length),
    content: Buffer.concat([pdf.subarray(0, range.gapStart), pdf.subarray(range.gapEnd, range.end)]),
  };
}

describe('a document signed by two laptops', () => {
  for (const kind of KINDS) {
    for (const algorithm of ALGORITHMS) {
      it(`is valid to our verifier (${kind}, ${algorithm})`, async () => {
        const { source, signed } = await signBoth(await samplePdf(kind), cast, { algorithm });
        expect(Buffer.compare(signed.subarray(0, source.length), source)).toBe(0);
        const verdict = verifyPdf(signed, {
          trust: [cast.root.certificate],
          expected: [
            { field: 'Secretary', memberId: cast.secretary.memberId },
            { field: 'Chair', name: cast.chair.name },
          ],
        });
        expect(verdict).toMatchObject({
          outcome: 'valid',
          problems: [],
          changes: [{ after: 'Secretary', kind: 'signature-added', allowed: true }],
          unsignedFields: [],
          signers: [
            { field: 'Secretary', name: 'Nguyễn Thị Thử', coversWholeDocument: false, problems: [] },
            { field: 'Chair', name: 'Trần Văn Mẫu', coversWholeDocument: true, memberId: cast.chair.memberId },
          ],
        });
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
      });

      it.skipIf(!hasTool('openssl'))(`is valid to openssl (${kind}, ${algorithm})`, async () => {
        const { signed } = await signBoth(await samplePdf(kind), cast, { algorithm });
        for (const field of ['Secretary', 'Chair']) {
          const { cms, content } = cutOut(signed, field);
          const args =
            'cms -verify -binary -inform DER -in sig.der -content content -CAfile authority.pem -purpose any -out out';
          const files = { 'sig.der': cms, content, 'authority.pem': toPem(cast.root.certificate) };
          expect(judge('openssl', args.split(' '), files)).toMatchObject({
            status: 0,
            output: expect.stringContaining('CMS Verification successful'),
          });
          expect(
            judge('openssl', args.split(' '), { ...files, content: Buffer.concat([content, content]) }).status,
          ).not.toBe(0);
        }
      });

      it.skipIf(!hasTool('pdfsig'))(`is valid to pdfsig (${kind}, ${algorithm})`, async () => {
        const { signed } = await signBoth(await samplePdf(kind), cast, { algorithm });
        const { output } = judge('pdfsig', ['signed.pdf'], { 'signed.pdf': signed });
        expect(output.match(/Signature is Valid/g)).toHaveLength(2);
        const [, second] = output.split('Signature #2:');
        expect(second).toContain('Total document signed');
        expect(output).toContain('Trần Văn Mẫu');
      });
    }

    it.skipIf(!hasTool('qpdf'))(`is well-formed to qpdf (${kind})`, async () => {
      const { prepared, signed } = await signBoth(await samplePdf(kind), cast);
      for (const pdf of [prepared, signed]) {
        const { status, output } = judge('qpdf', ['--check', 'file.pdf'], { 'file.pdf': pdf });
        expect(output).toContain('No syntax or stream encoding errors found');
        expect(status).toBe(0);
      }
    });

    it.skipIf(!hasTool('pdftotext'))(`shows the signers' Vietnamese text to others (${kind})`, async () => {
      const { signed } = await signBoth(await samplePdf(kind), cast);
      const { output } = judge('pdftotext', ['signed.pdf', '-'], { 'signed.pdf': signed });
      expect(output.normalize('NFC')).toContain('Ký bởi: Nguyễn Thị Thử');
      expect(output).toContain('Cơ quan: Ủy ban nhân dân xã Suối Mơ');
    });
  }

  for (const file of ['install.vi.pdf', 'images.pdf', 'tracemonkey.pdf', 'freeculture.pdf']) {
    const path = new URL(`../../../shared/pdfs/${file}`, import.meta.url);
    it.skipIf(!existsSync(path))(
      `can be one that others made: ${file} (skipped where the folder is missing)`,
      async () => {
        const fields = FIELDS.map((field) => ({ ...field, page: 0 }));
        const { signed } = await signBoth(readFileSync(path), cast, { fields });
        expect(verifyPdf(signed, { trust: [cast.root.certificate] }).outcome).toBe('valid');
        if (hasTool('pdfsig')) {
          const { output } = judge('pdfsig', ['signed.pdf'], { 'signed.pdf': signed });
          expect(output.match(/Signature is Valid/g)).toHaveLength(2);
        }
      },
    );
  }
});

describe('the signing laptop refuses', () => {
  const code = (expected: string) => expect.objectContaining({ name: 'SigningError', code: expected });
  async function offer() {
    const revision = prepareSignatures(await samplePdf('table'), FIELDS, { regular: regularFont });
    const { increment, pdf } = appendPlaceholder(revision, {
      field: 'Secretary',
      role: 'certify',
      chain: cast.secretary.chain,
      time: new Date(),
      lines: ['Ký bởi'],
    });
    const signer = testSigner(cast.secretary);
    return { approved: approvedOf(revision), revision, increment, field: 'Secretary', signer, pdf };
  }

  it('nothing when all is right', async () => {
    const { pdf, ...request } = await offer();
    expect(embedCms(pdf, await signIncrement(request))).toHaveLength(pdf.length);
  });
  it('another revision than the approved one', async () => {
    const { pdf: _, ...request } = await offer();
    const revision = Buffer.from(request.revision);
    revision[1000]! ^= 1;
    await expect(signIncrement({ ...request, revision })).rejects.toEqual(code('signing-not-the-approved-revision'));
  });
  it('another field', async () => {
    const { pdf: _, ...request } = await offer();
    await expect(signIncrement({ ...request, field: 'Chair' })).rejects.toEqual(code('signing-field-missing'));
  });
  it('an increment with any changed byte outside the texts', async () => {
    const { pdf: _, ...request } = await offer();
    const text = Buffer.from(request.increment).toString('latin1');
    for (const [from, to] of [
      ['/DocMDP', '/DocMDQ'],
      ['/P 2', '/P 9'],
      ['/ByteRange [0 ', '/ByteRange [1 '],
      ['/ETSI.CAdES.detached', '/ETSI.CAdES.detacheX'],
      ['endobj\n', 'endobj\n%hidden\n'],
      ['%%EOF\n', '%%EOF\n\n%PDF'],
      ['/F 132', '/F 133'],
      ['/Perms', '/Permz'],
    ] as const) {
      expect(text).toContain(from);
      const increment = Buffer.from(text.replace(from, to), 'latin1');
      await expect(signIncrement({ ...request, increment }), `${from}`).rejects.toEqual(
        expect.objectContaining({ name: 'SigningError' }),
      );
    }
  });
  it('an increment that also changes a page', async () => {
    const { pdf: _, ...request } = await offer();
    const document = new PdfDocument(request.revision);
    const writer = new IncrementWriter(document);
    const page = document.pages()[0]!;
    writer.set(page.ref, withEntries(page.dict, { Rotate: 180 }));
    const evil = Buffer.concat([request.revision, writer.build().bytes]);
    const { increment } = appendPlaceholder(evil, {
      field: 'Secretary',
      role: 'certify',
      chain: cast.secretary.chain,
      time: new Date(),
      lines: [],
    });
    const both = Buffer.concat([evil.subarray(request.revision.length), increment]);
    await expect(signIncrement({ ...request, increment: both })).rejects.toEqual(code('signing-revision-not-allowed'));
    await expect(signIncrement({ ...request, revision: evil, increment })).rejects.toEqual(
      code('signing-revision-not-allowed'),
    );
  });
  it('a time far from its own clock or outside its certificate', async () => {
    const { pdf: _, ...request } = await offer();
    const now = new Date(Date.now() + 3 * 24 * 3600_000);
    await expect(signIncrement({ ...request, now })).rejects.toEqual(code('signing-revision-not-allowed'));
    const old = makeIdentity({ name: 'Cũ', issuer: cast.root, notAfter: new Date(Date.now() - 1000) });
    await expect(signIncrement({ ...request, signer: testSigner(old) })).rejects.toEqual(
      code('signing-revision-not-allowed'),
    );
  });
  it('to hand out what its own key did not sign', async () => {
    const { pdf: _, ...request } = await offer();
    const other = testSigner(cast.chair);
    const signer = { chain: cast.secretary.chain, sign: other.sign };
    await expect(signIncrement({ ...request, signer })).rejects.toEqual(code('signing-cms-does-not-match'));
  });
  it('to sign after a signature that does not hold', async () => {
    const prepared = prepareSignatures(await samplePdf('table'), FIELDS, { regular: regularFont });
    const approved = approvedOf(prepared);
    const first = await signStep(prepared, approved, { field: 'Secretary', role: 'certify', identity: cast.secretary });
    const broken = Buffer.from(first.pdf);
    const at = broken.indexOf('/Contents <3', prepared.length) + 400;
    broken[at] = broken[at] === 0x30 ? 0x31 : 0x30;
    const step = { field: 'Chair', role: 'approve', identity: cast.chair } as const;
    await expect(signStep(broken, approved, step)).rejects.toEqual(code('signing-revision-not-allowed'));
    await expect(signStep(first.pdf, approved, step)).resolves.toBeDefined();
  });
});

describe('the preparing laptop', () => {
  it('refuses a CMS for another document', async () => {
    const a = await signBoth(await samplePdf('table'), cast);
    const revision = prepareSignatures(await samplePdf('stream'), FIELDS, { regular: regularFont });
    const { pdf } = appendPlaceholder(revision, {
      field: 'Secretary',
      role: 'certify',
      chain: cast.secretary.chain,
      time: new Date(),
      lines: [],
    });
    expect(() => embedCms(pdf, cutOut(a.signed, 'Secretary').cms)).toThrow('signing-cms-does-not-match');
  });
  it('refuses a second certification, a taken field, and a field after the lock', async () => {
    const { certified, signed } = await signBoth(await samplePdf('table'), cast);
    const request = { chain: cast.chair.chain, time: new Date(), lines: [] };
    expect(() => appendPlaceholder(certified, { ...request, field: 'Chair', role: 'certify' })).toThrow(
      'signing-revision-not-allowed',
    );
    expect(() => appendPlaceholder(signed, { ...request, field: 'Chair', role: 'approve' })).toThrow(
      'signing-field-taken',
    );
    const three = [...FIELDS, { name: 'Late', page: 0, rect: [10, 10, 90, 40] as const, lock: false }];
    const locked = await signBoth(await samplePdf('table'), cast, {
      fields: three.map((field) => ({ ...field, lock: field.name === 'Chair' })),
    });
    expect(() => appendPlaceholder(locked.signed, { ...request, field: 'Late', role: 'approve' })).toThrow(
      'signing-revision-not-allowed',
    );
  });
});
