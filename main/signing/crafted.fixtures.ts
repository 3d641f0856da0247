import { deflateSync } from 'node:zlib';

/** A small file that takes much to read: objects at their places, and a cross-reference stream that names `rows` of them. */
export class Crafted {
  private readonly parts: Buffer[] = [];
  private readonly places = new Map<number, number>();
  private at = 0;

  put(text: string | Buffer): number {
    const before = this.at;
    const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1');
    this.parts.push(bytes);
    this.at += bytes.length;
    return before;
  }

  /** Object `num` is there; where it is, or where it is put. */
  place(num: number, at = this.at): void {
    this.places.set(num, at);
  }

  object(num: number, body: string): void {
    this.place(num);
    this.put(`${num} 0 obj\n${body}\nendobj\n`);
  }

  end(rows: number): Buffer {
    const xref = this.at;
    this.place(5);
    const table = Buffer.alloc(rows * 5);
    for (const [num, offset] of this.places) table.writeUIntBE(2 ** 32 + offset, num * 5, 5);
    const data = deflateSync(table);
    const dict = `<</Type/XRef/Size ${rows}/W[1 4 0]/Root 1 0 R/Filter/FlateDecode/Length ${data.length}>>`;
    this.put(`5 0 obj\n${dict}\nstream\n`);
    this.put(data);
    this.put(`\nendstream\nendobj\nstartxref\n${xref}\n%%EOF\n`);
    return Buffer.concat(this.parts);
  }
}

/** A file with `count` signatures, all of which want to be looked at, and a table of `rows` objects. */
export function manySignatures(count: number, rows: number): Buffer {
  const made = new Crafted();
  made.put('%PDF-1.7\n');
  const all = Array.from({ length: count }, (_, index) => index);
  const fields = all.map((index) => `${10 + index} 0 R`).join(' ');
  made.object(1, `<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[${fields}]>>>>`);
  made.object(2, '<</Type/Pages/Count 1/Kids[3 0 R]>>');
  made.object(3, '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>');
  for (const index of all) {
    const value = `/V ${500 + index} 0 R`;
    made.object(10 + index, `<</Type/Annot/Subtype/Widget/FT/Sig/T(s${index})/Rect[0 0 0 0]/P 3 0 R${value}>>`);
  }
  const ranges = all.map((index) => {
    made.place(500 + index);
    made.put(`${500 + index} 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange [0 `);
    const at = made.put(`${' '.repeat(33)}]/Contents `);
    const from = made.put(`<${'0'.repeat(64)}>`);
    const to = made.put('/M(D:20260101000000Z)>>\nendobj\n');
    return { at, from, to };
  });
  const pdf = made.end(rows);
  for (const { at, from, to } of ranges) pdf.write(`${from} ${to} ${pdf.length - to}`, at, 'latin1');
  return pdf;
}
