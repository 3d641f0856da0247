import { PAPER_CHUNK_BYTES } from '../../../common/collab/plan.ts';
import { paperPath } from '../../../common/wire/link.ts';
import { asShipped } from '../as-shipped.ts';
import { startProcess } from '../child-process.ts';
import type { CarryingQuestion } from '../carrying-process.ts';
import type { EnrolledOrganisation } from '../enrolled-people.ts';
import type { Drawing, LoadQuestion } from '../fan-out/load-process.ts';
import type { MeetingFolder } from '../fan-out/meeting-folder.ts';
import type { RunningServer } from '../fan-out/servers.ts';
import { keepApart } from '../pinning.ts';
import type { Used } from '../process-usage.ts';
import { compared, median, type Measured } from '../rows.ts';
import type { ReadersQuestion, WasRead } from './readers-process.ts';

const DRAWERS = 2;
const SECONDS = 8;
const WARM = 2;

interface Beside {
  readonly count: number;
  readonly ink: Drawing;
  readonly used: Used;
  readonly read: WasRead | undefined;
}

/** What live ink and the host's memory cost while many fetch a paper of `size` bytes. */
export async function manyReaders(
  host: RunningServer,
  organisation: EnrolledOrganisation,
  made: MeetingFolder,
  paper: { readonly size: number; readonly ca: string },
  say: (progress: string) => void,
): Promise<Measured[]> {
  const load = startProcess(await asShipped('fan-out/load-process.ts'));
  const readers = startProcess('single-paper/readers-process.ts');
  const people = organisation.people.map(({ member, tls: { key, cert } }) => ({ member, key, cert }));

  async function beside(count: number): Promise<Beside> {
    if (count > 0) {
      const question: ReadersQuestion = {
        ask: 'read',
        port: host.place.port,
        path: paperPath(made.meeting, made.paper),
        chunks: Math.floor(paper.size / PAPER_CHUNK_BYTES),
        chunkBytes: PAPER_CHUNK_BYTES,
        ca: paper.ca,
        readers: Array.from({ length: count }, (_, at) => people[at % people.length] as (typeof people)[number]),
      };
      await readers.ask<null>(question);
    }
    await host.helper.ask<null>({ ask: 'begin' } satisfies CarryingQuestion);
    const ink = await load.ask<Drawing>({
      ask: 'draw',
      drawers: DRAWERS,
      seconds: SECONDS,
      warm: WARM,
    } satisfies LoadQuestion);
    const used = await host.helper.ask<Used>({ ask: 'used' } satisfies CarryingQuestion);
    const read = count > 0 ? await readers.ask<WasRead>({ ask: 'stop' } satisfies ReadersQuestion) : undefined;
    const speed = read ? `, papers ${Math.round(sum(read.bytes) / 1000 / read.milliseconds)} MB/s` : '';
    say(
      `${count} readers: ink p50 ${ink.live.p50.toFixed(1)} ms, p99 ${ink.live.p99.toFixed(1)} ms, ${Math.round(used.peakMegabytes)} MB${speed}`,
    );
    return { count, ink, used, read };
  }

  try {
    keepApart(host.helper, load);
    keepApart(host.helper, readers);
    const opening: LoadQuestion = { ask: 'open', place: host.place, people, meeting: made.meeting, paper: made.paper };
    await load.ask<null>(opening);
    await load.ask<null>({ ask: 'connect', laptops: people.length } satisfies LoadQuestion);
    const before = await beside(0);
    const some = await beside(20);
    const many = await beside(200);
    // Before, the system may still be writing the paper to the disk.
    const after = await beside(0);
    const place = `${people.length} laptops of which ${DRAWERS} draw, at one host`;
    return [some, many].flatMap((one) => {
      const { count, read, ink, used } = one;
      const speeds = read ? read.bytes.map((bytes) => bytes / 1000 / read.milliseconds) : [];
      return [
        compared({
          name: `ink-beside-${count}-readers-p99`,
          unit: 'ms',
          value: ink.live.p99,
          n: ink.live.arrived,
          against: 'the same ink while nobody fetches',
          other: after.ink.live.p99,
          otherN: after.ink.live.arrived,
          what:
            `Live ink from one laptop to another, 99 % within: ${place}, while ${count} others fetch a paper of it as fast as ` +
            'they can, chunk by chunk over mutual TLS, two at a time each. The readers share a processor with the laptops ' +
            'and let those go first; the host has the other one.',
        }),
        compared({
          name: `paper-slowest-of-${count}`,
          unit: 'MB/s',
          value: Math.min(...speeds),
          n: count,
          against: 'the one in the middle of them',
          other: median(speeds),
          otherN: count,
          what: 'The same readers: what the slowest of them got. Here more is better.',
        }),
        compared({
          name: `paper-readers-${count}-memory`,
          unit: 'MB',
          value: used.peakMegabytes,
          n: 1,
          against: 'the same host before anybody fetches',
          other: before.used.peakMegabytes,
          otherN: 1,
          what: `The same readers, ${2 * count} requests at a time: the most memory of the host's process (resident) meanwhile.`,
        }),
      ];
    });
  } finally {
    await load.end();
    await readers.end();
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
