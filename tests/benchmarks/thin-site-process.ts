import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import type { WantedPaper } from '../../common/collab/paper-parts.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { Admit } from '../../common/wire/admission.ts';
import { serveHub } from '../../main/hub/serve-hub.ts';
import { checkCertificate } from '../../main/identity/check-certificate.ts';
import { openStore, type Store } from '../../main/store/open-store.ts';
import { createPaperFetcher, type PaperFetcher } from '../../main/sync/paper-fetcher.ts';
import { ownSegment } from '../../main/sync/own-segment.ts';
import type { FetchLaptop } from '../../main/sync/paper-situation.ts';
import { until } from '../fixtures/laptops.ts';
import { networkInterfaces } from 'node:os';
import { answerQuestions } from './child-process.ts';
import { clock } from './rows.ts';

export interface ThinSitePerson {
  readonly member: MemberId;
  readonly name: string;
  readonly tls: { readonly key: string; readonly cert: string };
}

/** The laptops of one site: their store, their listening side and their fetching of papers, as the engine has them. */
export type ThinSiteQuestion =
  | {
      readonly ask: 'open';
      readonly folder: string;
      readonly address: string;
      readonly root: Uint8Array;
      readonly meeting: MeetingId;
      readonly people: readonly ThinSitePerson[];
      readonly everybody: readonly MemberId[];
    }
  | { readonly ask: 'import'; readonly paths: readonly string[] }
  | {
      readonly ask: 'fetch';
      readonly host: string;
      readonly laptops: readonly FetchLaptop[];
      readonly papers: readonly WantedPaper[];
    };

interface Laptop {
  readonly person: ThinSitePerson;
  readonly store: Store;
  readonly named: Map<Sha256, WantedPaper>;
  readonly address: string;
  fetcher: PaperFetcher | undefined;
}

const logger = { info: () => undefined, warn: () => undefined };
let laptops: Laptop[] = [];
let site: Extract<ThinSiteQuestion, { ask: 'open' }>;
let admit: Admit;

answerQuestions(async (question: ThinSiteQuestion): Promise<unknown> => {
  switch (question.ask) {
    case 'open':
      site = question;
      admit = (certificate) => {
        const checked = checkCertificate(certificate, [site.root], new Date());
        return checked.ok ? { ok: true, value: { member: checked.value.memberId, name: checked.value.name } } : checked;
      };
      laptops = await Promise.all(site.people.map(open));
      return laptops.map(({ person: { member }, address }): FetchLaptop => ({ id: member, member, address }));
    case 'import':
      return await importAtFirst(question.paths);
    case 'fetch':
      return await fetchAll(question);
  }
});

async function open(person: ThinSitePerson, index: number): Promise<Laptop> {
  const store = openStore(join(site.folder, String(index)));
  const named = new Map<Sha256, WantedPaper>();
  const hub = await serveHub({
    listen: { host: site.address, port: 0 },
    tls: tlsOf(person),
    me: person,
    admit,
    logger,
    papers: store.papers,
    fetching: (_meeting, paper) => laptop.fetcher?.fetching(paper),
  });
  hub.carry(papersOnly(store, named), { start: () => '' });
  const laptop: Laptop = { person, store, named, address: `${site.address}:${hub.port}`, fetcher: undefined };
  return laptop;
}

const tlsOf = ({ tls }: ThinSitePerson) => ({ ...tls, ca: new X509Certificate(site.root).toString() });

/** A meeting of which only papers travel. */
function papersOnly(store: Store, named: ReadonlyMap<Sha256, WantedPaper>): CarriedMeeting {
  const everybody = new Set(site.everybody);
  return {
    id: site.meeting,
    title: () => '',
    log: {
      heads: () => [],
      readAfter: () => ({ first: 1, entries: [], certificates: [] }),
      receive: () => Promise.resolve({ accepted: [], refused: [] }),
      onStored: () => () => undefined,
      certificatesOf: () => [],
    },
    mayAttend: (member) => everybody.has(member),
    mayWrite: () => false,
    openDocument: () => {
      throw new Error('no documents here');
    },
    paperFile: (paper) => store.papers.file(paper),
    namedPapers: () => named,
  };
}

async function importAtFirst(paths: readonly string[]): Promise<WantedPaper[]> {
  const papers: WantedPaper[] = [];
  for (const path of paths) {
    const imported = await laptops[0]?.store.papers.importPaper(path);
    if (!imported?.ok) throw new Error(`not imported: ${path}`);
    const { sha256, size, chunks } = imported.value;
    papers.push({ sha256, size, chunks });
  }
  return papers;
}

/** When each laptop had everything (`clock`). */
async function fetchAll(question: Extract<ThinSiteQuestion, { ask: 'fetch' }>): Promise<number[]> {
  const { host, papers } = question;
  const near = ownSegment(networkInterfaces());
  for (const { named } of laptops) for (const paper of papers) named.set(paper.sha256, paper);
  return await Promise.all(
    laptops.map(async (laptop) => {
      const { person, store } = laptop;
      if (laptop.address !== host)
        laptop.fetcher = createPaperFetcher({
          meeting: site.meeting,
          tls: tlsOf(person),
          admit,
          around: {
            me: person.member,
            source: () => host,
            laptops: () => question.laptops,
            near,
            hasWhole: () => false,
          },
          wanted: () => papers,
          store: store.papers,
          logger,
        });
      await until(() => papers.every(({ sha256 }) => store.papers.file(sha256)), 600_000);
      return clock();
    }),
  );
}
