import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { paperPath } from '../../../common/wire/link.ts';
import { startProcess } from '../child-process.ts';
import { enrolledOrganisation } from '../enrolled-people.ts';
import { meetingFolder } from '../fan-out/meeting-folder.ts';
import { startHost } from '../fan-out/servers.ts';
import { keepApart } from '../pinning.ts';
import { measured, type Benchmark } from '../rows.ts';
import { manyReaders } from './many-readers.ts';
import { nginxVersion, startNginx } from './nginx.ts';
import type { PaperClientQuestion } from './paper-client-process.ts';

const BYTES = 500_000_000;
const RUNS = 5;
const PEOPLE = 10;

export const singlePaper: Benchmark = {
  name: 'papers',
  takes: '2 minutes',
  async run({ folder, say }) {
    const nginx = nginxVersion();
    if (!nginx) {
      say('left out: nginx is not installed (Debian: nginx-light)');
      return [];
    }
    say('making a paper of 500 MB');
    const file = join(folder, 'bao-cao-lon.pdf');
    await writeLargePdf(file);
    const organisation = await enrolledOrganisation(PEOPLE, { keys: 4 });
    const [secretary, member] = organisation.people;
    if (!secretary || !member) throw new Error('nobody is enrolled');
    const tls = { ...secretary.tls, ca: new X509Certificate(organisation.root).toString() };
    const made = await meetingFolder(folder, organisation, { paperFile: file });
    const host = await startHost(made.folder, made.meeting, tls.ca);
    const peer = await startNginx(join(folder, 'nginx'), dirname(file), tls);
    try {
      const fetch = async (server: { pid: number }, port: number, path: string): Promise<number> => {
        const client = startProcess('single-paper/paper-client-process.ts');
        try {
          keepApart(server, client);
          const question: PaperClientQuestion = { port, path, ...member.tls, ca: tls.ca, bytes: BYTES };
          return BYTES / 1000 / (await client.ask<number>(question));
        } finally {
          await client.end();
        }
      };
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let run = 0; run <= RUNS; run++) {
        const mine = await fetch(host.helper, host.place.port, paperPath(made.meeting, made.paper));
        const other = await fetch(peer, peer.port, `/${basename(file)}`);
        // The first time fills the disk's cache for both.
        if (run === 0) continue;
        ours.push(mine);
        theirs.push(other);
      }
      return [
        measured({
          name: 'paper-single-stream',
          unit: 'MB/s',
          samples: ours,
          against: `${nginx}, one worker`,
          otherSamples: theirs,
          what:
            `A paper of 500 MB from the system's cache, fetched whole by one client in one stream over mutual TLS 1.3; ` +
            'server and client on a core each, the client the same for both. Here more is better.',
        }),
        ...(await manyReaders(host, organisation, made, { size: BYTES, ca: tls.ca }, say)),
      ];
    } finally {
      await host.helper.end();
      await peer.end();
    }
  },
};

/** A PDF of one empty page and a stream that nothing refers to. */
async function writeLargePdf(file: string): Promise<void> {
  const head = [
    '%PDF-1.7\n',
    '1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n',
    '2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n',
    '3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>\nendobj\n',
  ];
  const offsets = [0, 0, 0, 0, 0];
  let at = 0;
  for (const [index, part] of head.entries()) {
    offsets[index] = at;
    at += part.length;
  }
  offsets[4] = at;
  const tail = (xref: number): string =>
    `\nendstream\nendobj\nxref\n0 5\n0000000000 65535 f \n` +
    [1, 2, 3, 4].map((number) => `${String(offsets[number]).padStart(10, '0')} 00000 n \n`).join('') +
    `trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n${xref}\n%%EOF\n`;
  const opening = (length: number): string => `4 0 obj\n<</Length ${length}>>\nstream\n`;
  const frame = at + opening(BYTES).length + tail(BYTES).length;
  const length = BYTES - frame;
  const begin = head.join('') + opening(length);
  const handle = await open(file, 'w');
  try {
    await handle.write(begin);
    const block = Buffer.alloc(1_000_000, 'giấy tờ họp ');
    for (let left = length; left > 0; left -= block.byteLength)
      await handle.write(left < block.byteLength ? block.subarray(0, left) : block);
    await handle.write(tail(begin.length + length + '\nendstream\nendobj\n'.length));
  } finally {
    await handle.close();
  }
}
