import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PAPER_CHUNK_BYTES, putPaper, readPapers } from '../../common/collab/plan.ts';
import { asSha256, type MeetingId, type Sha256 } from '../../common/domain/ids.ts';
import { MOST_WAITING } from '../../main/meetings/paper-chunks.ts';
import { convenedMeeting, ITEM } from '../fixtures/convened-meeting.ts';
import { laptopRoom, until, type LaptopRoom, type TestLaptop } from '../fixtures/laptops.ts';
import { openTcpProxy, type TcpProxy } from '../fixtures/network/tcp-proxy.ts';
import { makePdf } from '../fixtures/pdfs.ts';
import { openWindowDocument, type WindowDocument } from '../fixtures/window-document.ts';

// The member's laptop is behind a line that the test makes as slow as it likes.
let room: LaptopRoom;
let secretary: TestLaptop;
let member: TestLaptop;
let meeting: MeetingId;
let line: TcpProxy;

/** What stands behind the last line of a PDF doesn't matter. */
async function addPaper(name: string, chunks: number): Promise<{ readonly paper: Sha256; readonly bytes: Buffer }> {
  const bytes = Buffer.alloc(chunks * PAPER_CHUNK_BYTES - 5, `%${randomBytes(1000).toString('hex')}\n`);
  bytes.set(await makePdf(2));
  bytes.write('\n%%EOF\n', bytes.length - 7);
  const path = join(secretary.dataDir, name);
  await writeFile(path, bytes);
  const [added] = await secretary.request('papers.add', { meeting, item: ITEM, paths: [path] });
  expect(added).toMatchObject({ result: 'added' });
  return { paper: added?.paper as Sha256, bytes };
}

const chunk = (paper: Sha256, index: number, urgent: boolean) =>
  member.request('papers.chunk', { meeting, paper, chunk: index, urgent });
const status = async (paper: Sha256) =>
  (await member.request('papers.status', { meeting })).find((one) => one.paper === paper);
const chunkOf = (bytes: Buffer, index: number) =>
  new Uint8Array(bytes.subarray(index * PAPER_CHUNK_BYTES, (index + 1) * PAPER_CHUNK_BYTES));
const hex = (bytes: Uint8Array | null): string =>
  bytes === null ? 'nothing' : createHash('sha256').update(bytes).digest('hex');
const known = (paper: Sha256) => until(async () => (await status(paper)) !== undefined);

/** As a window does: asks again until it has it. */
async function wait(paper: Sha256, index: number, urgent: boolean): Promise<Uint8Array> {
  for (;;) {
    const bytes = await chunk(paper, index, urgent);
    if (bytes) return bytes;
  }
}

beforeAll(async () => {
  room = laptopRoom();
  secretary = await room.addSecretary();
  const chair = await room.addMember(secretary, 'Hà Văn Mẫu', 'Chủ tịch');
  member = await room.addMember(secretary, 'Cầm Thị Mẫu');
  const convened = await convenedMeeting(secretary, chair);
  meeting = convened.meeting;
  line = await openTcpProxy(convened.address);
  await member.request('meetings.join', { address: line.address, meeting });
  await until(async () => (await member.request('meetings.state', { meeting })).state?.roster.length === 3);
}, 120_000);

afterAll(async () => {
  await line?.close();
  await room?.close();
});

test('[PAPER-13] what a window waits for comes before the rest of its paper, and before other papers', async () => {
  line.slow(1_500_000);
  await member.request('papers.pause', { meeting, paused: true });
  const first = await addPaper('Báo cáo.pdf', 6);
  const second = await addPaper('Phụ lục.pdf', 6);
  await Promise.all([first, second].map(({ paper }) => known(paper)));
  // Of the second paper nothing would come before all of the first, and the middle after its ends.
  const waited = wait(second.paper, 3, true);
  await member.request('papers.pause', { meeting, paused: false });
  expect(hex(await waited)).toBe(hex(chunkOf(second.bytes, 3)));
  // What was begun beside it at most, with as many connections as there are.
  for (const { paper } of [first, second])
    expect((await status(paper))?.have).toBeLessThanOrEqual(2 * PAPER_CHUNK_BYTES);
  await secretary.request('papers.remove', { meeting, item: ITEM, paper: second.paper });
  await until(async () => (await status(second.paper))?.lost === 'withdrawn');
  expect((await status(second.paper))?.have).toBeGreaterThanOrEqual(PAPER_CHUNK_BYTES);
  line.slow(Infinity);
  // Whoever only waits gets it when its turn comes, and when it is here again at once, and from the whole paper.
  expect(hex(await wait(first.paper, 4, false))).toBe(hex(chunkOf(first.bytes, 4)));
  await until(async () => (await status(first.paper))?.state === 'here');
  expect(hex(await chunk(first.paper, 5, false))).toBe(hex(chunkOf(first.bytes, 5)));
  // Somebody is reading it: it isn't taken out of their hands.
  await secretary.request('papers.remove', { meeting, item: ITEM, paper: first.paper });
  await until(async () => (await status(first.paper))?.item === null);
  expect(await status(first.paper)).toMatchObject({ state: 'here', lost: null });
  expect(hex(await chunk(first.paper, 3, false))).toBe(hex(chunkOf(first.bytes, 3)));
}, 90_000);

test('[PAPER-13] waiting ends by itself, is bounded, and is for papers on the agenda only', async () => {
  await member.request('papers.pause', { meeting, paused: true });
  const { paper, bytes } = await addPaper('Tờ trình.pdf', 3);
  const { paper: withdrawn } = await addPaper('Rút lại.pdf', 2);
  await known(withdrawn);
  const waiting = wait(withdrawn, 1, true).catch(codeOf);
  const many = Array.from({ length: MOST_WAITING + 4 }, (_, at) => chunk(paper, at % 3, true).catch(codeOf));
  await secretary.request('papers.remove', { meeting, item: ITEM, paper: withdrawn });
  const answers = await Promise.all(many);
  expect(answers.filter((answer) => answer === 'too-many-waiting')).toHaveLength(5);
  expect(answers.filter((answer) => answer === null)).toHaveLength(MOST_WAITING - 1);
  expect(await waiting).toBe('paper-withdrawn');
  expect(await status(withdrawn)).toMatchObject({ item: null, state: 'missing', lost: 'withdrawn' });
  expect(await status(paper)).toMatchObject({ have: 0, state: 'paused', lost: null });
  await expect(chunk(paper, 3, true)).rejects.toMatchObject({ code: 'no-such-chunk' });
  await expect(chunk(paper, -1, true)).rejects.toMatchObject({ code: 'bad-input' });
  const unknown = createHash('sha256').update('nothing').digest('hex') as Sha256;
  await expect(chunk(unknown, 0, true)).rejects.toMatchObject({ code: 'paper-withdrawn' });
  await member.request('papers.pause', { meeting, paused: false });
  expect(hex(await wait(paper, 1, true))).toBe(hex(chunkOf(bytes, 1)));
}, 60_000);

test('[PAPER-13] a manifest that lies: what came is thrown away, and said to be', async () => {
  await member.request('papers.pause', { meeting, paused: true });
  const { paper, bytes } = await addPaper('Tráo đổi.pdf', 2);
  // The host's file and the plan's chunks agree with each other, and not with the paper's name.
  bytes.fill('x', 1000, 2000);
  await writeFile(join(secretary.dataDir, 'papers', paper), bytes);
  const hashes = [0, 1].map((at) => asSha256(hex(chunkOf(bytes, at))));
  const [plan, seen] = [secretary, member].map((laptop) => openWindowDocument(laptop, `${meeting}/plan`)) as [
    WindowDocument,
    WindowDocument,
  ];
  await Promise.all([plan.synced, seen.synced]);
  const record = readPapers(plan.doc).get(paper);
  if (!record) throw new Error('the plan does not name the paper');
  putPaper(plan.doc, { ...record, chunks: hashes });
  await until(() => readPapers(seen.doc).get(paper)?.chunks[0] === hashes[0]);
  plan.close();
  seen.close();
  line.slow(1_000_000);
  await member.request('papers.pause', { meeting, paused: false });
  const waited = await Promise.all([0, 1].map((at) => wait(paper, at, true).catch(codeOf)));
  for (const [at, answer] of waited.entries())
    expect(['paper-unusable', hex(chunkOf(bytes, at))]).toContain(typeof answer === 'string' ? answer : hex(answer));
  await until(async () => (await status(paper))?.have === 0);
  await until(async () => (await chunk(paper, 0, true).catch(codeOf)) === 'paper-unusable');
  expect(await status(paper)).toMatchObject({ have: 0, state: 'waiting', lost: 'unusable' });
}, 60_000);

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error);
