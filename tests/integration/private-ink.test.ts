import { randomBytes } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { ITEM, preparedMeeting } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { makePdf } from '../fixtures/pdfs.ts';
import { openWindowDocument } from '../fixtures/window-document.ts';

// Private ink and notes never leave the laptop: every byte that any socket of this process sends is looked at before it
// is encrypted.
const written: Buffer[] = [];
let tapped = false;
let room: LaptopRoom;
let secretary: TestLaptop;
let member: TestLaptop;
let meeting: MeetingId;
let paper: Sha256;

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  member = await room.addMember(secretary, 'Hà Văn Mẫu');
  meeting = await preparedMeeting(secretary, member);
  const pdf = join(secretary.dataDir, 'a.pdf');
  await writeFile(pdf, await makePdf(1));
  const [added] = await secretary.request('papers.add', { meeting, item: ITEM, paths: [pdf] });
  paper = added!.paper!;
  await secretary.request('meetings.convene', { meeting });
  const { addresses } = await secretary.request('meetings.carry', { meeting });
  await member.request('meetings.join', { address: addresses[0], meeting });
  await until(async () => (await member.request('meetings.state', { meeting })).connection.state === 'connected');
  await until(async () => (await member.request('meetings.state', { meeting })).state?.roster.length === 2);
  tapEverySocket();
}, 120_000);

afterAll(() => room?.close());

function tapEverySocket(): void {
  tapped = true;
  const original = TLSSocket.prototype.write;
  TLSSocket.prototype.write = function (this: TLSSocket, ...args: Parameters<typeof original>) {
    const [chunk] = args as unknown as [string | Uint8Array];
    if (tapped) written.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk));
    return original.apply(this, args);
  } as typeof original;
}

/** Frames are masked from client to server (RFC 6455, 5.3), and entries are base64url: looked for in all of these. */
function wasSent(marker: Buffer): boolean {
  const plain = Buffer.concat(written);
  if (plain.includes(marker)) return true;
  const text = plain.toString('latin1');
  for (let shift = 0; shift < 3; shift++) {
    const encoded = Buffer.concat([Buffer.alloc(shift), marker])
      .toString('base64url')
      .slice(shift === 0 ? 0 : 4, -4);
    if (text.includes(encoded)) return true;
  }
  return unmasked().some((payload) => {
    if (payload.includes(marker)) return true;
    const inside = payload.toString('latin1');
    return [0, 1, 2].some((shift) =>
      inside.includes(
        Buffer.concat([Buffer.alloc(shift), marker])
          .toString('base64url')
          .slice(shift === 0 ? 0 : 4, -4),
      ),
    );
  });
}

/** Client frames, each written as one header (with mask) followed by its masked payload. */
function unmasked(): Buffer[] {
  const found: Buffer[] = [];
  const all = Buffer.concat(written);
  for (let at = 0; at + 6 < all.length; at++) {
    const first = all[at]!;
    const second = all[at + 1]!;
    if ((first !== 0x82 && first !== 0x81) || (second & 0x80) === 0) continue;
    let length = second & 0x7f;
    let header = 2;
    if (length === 126) [length, header] = [all.readUInt16BE(at + 2), 4];
    else if (length === 127) continue;
    const end = at + header + 4 + length;
    if (end > all.length) continue;
    const mask = all.subarray(at + header, at + header + 4);
    found.push(Buffer.from(all.subarray(at + header + 4, end).map((byte, index) => byte ^ mask[index % 4]!)));
  }
  return found;
}

test('a shared stroke is seen on the wire, a private one and a private note never are', async () => {
  const id = await member.member();
  const shared = openWindowDocument(member, `${meeting}/ink/${paper}/${id}`);
  const hidden = openWindowDocument(member, `${meeting}/private/${paper}`);
  const notes = openWindowDocument(member, `${meeting}/private/notes`);
  await Promise.all([shared.synced, hidden.synced, notes.synced]);
  const seen = openWindowDocument(secretary, `${meeting}/ink/${paper}/${id}`);

  const [sharedMark, privateMark, noteMark] = [randomBytes(48), randomBytes(48), randomBytes(24)] as const;
  hidden.doc.getMap('strokes').set('secret', new Uint8Array(privateMark));
  notes.doc.getText('text').insert(0, noteMark.toString('hex'));
  shared.doc.getMap('strokes').set('open', new Uint8Array(sharedMark));
  await until(() => seen.doc.getMap('strokes').has('open'));
  // Long enough for everything that is batched to be signed and sent.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await member.restart();
  await until(async () => (await member.request('meetings.state', { meeting })).connection.state === 'connected');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  tapped = false;

  expect(wasSent(sharedMark)).toBe(true);
  expect(wasSent(privateMark)).toBe(false);
  expect(wasSent(Buffer.from(noteMark.toString('hex')))).toBe(false);

  const again = openWindowDocument(member, `${meeting}/private/${paper}`);
  await again.synced;
  expect(Buffer.from(again.doc.getMap('strokes').get('secret') as Uint8Array)).toEqual(privateMark);
}, 60_000);

test('another laptop cannot open somebody’s private documents, nor is there a name for them on the wire', async () => {
  expect(() => secretary.engine.openDocument(`${meeting}/private/../ink`, () => undefined)).toThrow();
  const other = openWindowDocument(secretary, `${meeting}/private/${paper}`);
  await other.synced;
  expect(other.doc.getMap('strokes').size).toBe(0);
});
