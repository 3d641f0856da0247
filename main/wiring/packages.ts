import { randomUUID, X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ACTS_STREAM, type StreamHead } from '../../common/acts/entry.ts';
import { withState } from '../../common/collab/snapshot.ts';
import { Refusal } from '../../common/contract/port.ts';
import { asMeetingId, asSha256, type MemberId, type Sha256 } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import { reduceActs } from '../../common/domain/reduce-acts.ts';
import { verdictOf, type ProblemCode, type Verdict } from '../../common/domain/verdict.ts';
import { mayHaveWritten, writersOverTime, type WritersSince } from '../../common/domain/write-rules.ts';
import type { EntryLine, PackageProblem } from '../documents/package-format.ts';
import { readPackage, type OpenPackage } from '../documents/read-package.ts';
import { writePackage } from '../documents/write-package.ts';
import { fingerprint } from '../identity/certificate-reading.ts';
import type { Logger } from '../logging/logger.ts';
import { reported } from '../meetings/events.ts';
import { meetingIdOf } from '../meetings/meeting-id.ts';
import { openMeetingLog, type WritableMeetingLog } from '../meetings/meeting-log.ts';
import { expectedSigners } from '../meetings/meeting-minutes.ts';
import type { OpenMeeting } from '../meetings/open-meeting.ts';
import type { Packages } from '../meetings/packages.ts';
import type { CertificateBook, LaptopStore, MeetingStore } from '../meetings/ports.ts';
import { sha256 } from '../store/hash-bytes.ts';
import { memoryEntryLog } from '../store/memory-entry-log.ts';
import type { Store } from '../store/open-store.ts';
import { certificateBook, entryAuthentication } from './entries.ts';
import { incompleteness } from './package-check.ts';
import { pdfVerifier } from './signing.ts';

const UNPACKING = 'unpacking-';
/** Entries handed to the log at a time. */
const BATCH = 200;
/** One makes a package invalid; so many tell how much of it, and no more are looked at. */
const MOST_REFUSED = 200;
/** Different certificates that are read of a package; a meeting has thousands of people at most. */
const MOST_CERTIFICATES = 10_000;

/** The port `Packages`: everything of a meeting in one file, and back. */
export function packages(deps: {
  readonly store: Store;
  readonly kept: LaptopStore;
  readonly now: () => Date;
  readonly logger: Logger;
}): Packages {
  const { store, kept, now } = deps;
  forgetUnpacked(store.dataDir);
  return {
    async save({ meeting, session, path, events }) {
      const acts = [...kept.entries.readStream(meeting.id, ACTS_STREAM)];
      const organisation = acts[0] && store.certificates.get(acts[0].certificate)?.organisation;
      const root =
        (organisation && organisation !== session.organisation.fingerprint && kept.certificates.get(organisation)) ||
        session.organisation.authorityCertificate;
      const papers = [...meeting.papers().keys()].map((sha256) => ({ sha256, file: kept.papers.find(sha256) }));
      const present = papers.flatMap(({ sha256, file }) => (file ? [{ sha256, path: file.path }] : []));
      const missing = papers.filter(({ file }) => !file).map(({ sha256 }) => sha256);
      const minutes = await sealedMinutes(kept, meeting.state());
      const written = await reported(events, 'saving-package', (report) =>
        writePackage(
          path,
          {
            meeting: meeting.id,
            createdAt: now(),
            facts: factsOf(meeting.state()),
            acts: acts.map((entry) => ({ jws: entry.jws, cert: pemOf(kept.certificates.get(entry.certificate)) })),
            documents: documentsOf(kept, meeting),
            certificates: certificatesOf(kept, meeting),
            authority: pemOf(root),
            papers: present,
            missingPapers: missing,
            ...minutes,
          },
          { onProgress: report },
        ),
      );
      if (!written.ok)
        throw new Refusal(written.problem === 'unreadable' ? 'cannot-write-file' : refusalOf(written.problem));
      return { papers: present.length, missing: missing.length };
    },

    async open({ path, session, events }) {
      return await reported(events, 'opening-package', async (report) => {
        report(null);
        const opened = await openOrRefuse(path);
        try {
          const meeting = asMeetingId(opened.manifest.meeting);
          if (store.meetings.get(meeting)) return meeting;
          const root = rootOf(opened);
          const checked = await replay(opened, root, memoryStore());
          if (!checked.state || checked.refused > 0) throw new Refusal('package-invalid');

          const { state } = checked;
          const organisation = fingerprint(root);
          kept.certificates.add({ fingerprint: organisation, der: root, member: null, organisation });
          // What an attempt that was cut off has left is there already.
          await replay(opened, root, kept, { me: session.member, mostRefused: Infinity });
          for (const { sha256 } of opened.papers) await takePaper(opened, sha256);
          const { title, kind, start, place, convener } = state;
          const phase = state.minutes.stage === 'sealed' ? ('sealed' as const) : state.phase;
          store.meetings.put({
            id: meeting,
            convener,
            nonce: null,
            summary: { title, kind, start, place, phase },
            readOnly: true,
            carrying: false,
            addresses: [],
            createdAt: now().toISOString(),
          });
          return meeting;
        } finally {
          opened.close();
        }
      });
    },
    verify: verifyPackage,
  };

  async function takePaper(opened: OpenPackage, sha256: string): Promise<void> {
    if (kept.papers.find(asSha256(sha256))) return;
    const temporary = join(store.dataDir, `${UNPACKING}${randomUUID()}.pdf`);
    try {
      const extracted = await opened.extractPaper(sha256, temporary);
      if (!extracted.ok) throw new Refusal(refusalOf(extracted.problem));
      await kept.papers.importFile(temporary, {});
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

/** Papers that a process was taking out of a package when it ended. */
function forgetUnpacked(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(UNPACKING)) void rm(join(dataDir, name), { force: true }).catch(() => undefined);
  }
}

/** A verdict on a package, with nothing but the file and the roots to trust. */
export const verifyPackage: Packages['verify'] = async (path, roots) => {
  const read = await readPackage(path);
  const nothing = { meeting: asMeetingId(''), title: '', acts: 0, invalidActs: 0, papers: 0, damagedPapers: 0 };
  if (!read.ok) return { verdict: verdictOf([damageOf(read.problem)]), package: nothing };
  const opened = read.value;
  try {
    const root = rootOf(opened);
    const { state, acts, refused } = await replay(opened, root, memoryStore());
    const trusted = roots.some((trust) => Buffer.from(trust).equals(root));
    const problems: ProblemCode[] = [
      ...(refused > 0 || !state ? ['package-acts-invalid' as const] : []),
      ...(opened.damagedPapers.length > 0 ? ['package-papers-damaged' as const] : []),
      ...(trusted ? [] : ['certificate-untrusted' as const]),
    ];
    const pdf = await opened.minutes();
    problems.push(...(state ? incompleteness(state, pdf) : []));
    // Against the package's own authority: whether that one is trusted is said once, above.
    const minutes = pdf && (await pdfVerifier(pdf, { trust: [root], expected: state ? expectedSigners(state) : [] }));
    return {
      verdict: minutes ? both(verdictOf(problems), minutes) : verdictOf(problems),
      package: {
        meeting: asMeetingId(opened.manifest.meeting),
        title: state?.title ?? '',
        acts,
        invalidActs: refused,
        papers: opened.papers.length,
        damagedPapers: opened.damagedPapers.length,
      },
    };
  } catch (error) {
    if (error instanceof Refusal) return { verdict: verdictOf(['package-damaged']), package: nothing };
    throw error;
  } finally {
    opened.close();
  }
};

/**
 * Puts a package's entries through the same checks as entries from the network. `refused` counts those that fail them and
 * those that stand there again; at `mostRefused` it is known what the package is, and the rest of it is not looked at.
 */
async function replay(
  opened: OpenPackage,
  root: Uint8Array,
  store: MeetingStore & Pick<LaptopStore, 'certificates'>,
  { me = '' as MemberId, mostRefused = MOST_REFUSED } = {},
): Promise<{ state: MeetingState | undefined; acts: number; refused: number }> {
  const meeting = asMeetingId(opened.manifest.meeting);
  const certificates = certificateBook(store.certificates, root);
  const addPem = pemReader(certificates);
  for (const { pem } of opened.certificates) addPem(pem);
  let current: MeetingState | undefined;
  let writers: readonly WritersSince[] = [];
  const isConvener = (author: MemberId, nonce: string): boolean => meetingIdOf(author, nonce) === meeting;
  const log = openMeetingLog({
    meeting,
    me,
    store,
    authentication: entryAuthentication({
      chain: [],
      sign: () => Promise.reject(new Error('a package is only read')),
    }),
    certificates,
    now: () => new Date(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    leads: () => false,
    mayHaveWritten: (change) => mayHaveWritten(writers, change),
    onEntry: () => undefined,
  });
  let refused = 0;
  let acts = 0;
  try {
    for await (const batch of inBatches(opened.acts())) {
      for (const { cert } of batch) addPem(cert);
      acts += batch.length;
      refused += await notTaken(log, batch);
      if (refused >= mostRefused) break;
    }
    current = reduceActs(meeting, log.acts(), isConvener);
    if (current) writers = writersOverTime(current, log.acts());
    for (const document of opened.documents) {
      if (refused >= mostRefused) break;
      for await (const batch of inBatches(opened.entries(document))) {
        refused += await notTaken(log, batch);
        if (refused >= mostRefused) break;
      }
    }
  } catch (error) {
    if (error instanceof Error && 'problem' in error) throw new Refusal('package-damaged');
    throw error;
  }
  return { state: current, acts, refused };
}

async function* inBatches<Line>(lines: AsyncIterable<Line>): AsyncGenerator<readonly Line[]> {
  let batch: Line[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function notTaken(log: WritableMeetingLog, batch: readonly EntryLine[]): Promise<number> {
  const { accepted } = await log.receive({ entries: batch.map(({ jws }) => jws), certificates: [] }, '' as MemberId);
  return batch.length - accepted.length;
}

function memoryStore(): MeetingStore & Pick<LaptopStore, 'certificates'> {
  const certificates = new Map<Sha256, Uint8Array>();
  const add: LaptopStore['certificates']['add'] = ({ fingerprint: key, der }) => void certificates.set(key, der);
  return {
    entries: memoryEntryLog(),
    own: { append: () => undefined, inDoubt: () => false, settle: () => undefined, onSettled: () => () => undefined },
    pending: {
      add: () => 0,
      remove: () => undefined,
      read: () => ({ upTo: 0, updates: [] }),
      commit: () => undefined,
      documents: () => [],
    },
    shown: { put: () => Promise.resolve(), read: () => [], documents: () => [] },
    privateDocuments: { load: () => [], append: () => undefined },
    recordFork: () => undefined,
    certificates: {
      get: (wanted) => certificates.get(wanted),
      add,
      addSoon: add,
    },
  };
}

function documentsOf(kept: LaptopStore, meeting: OpenMeeting): { name: string; entries: readonly EntryLine[] }[] {
  const names = new Set(
    kept.entries
      .heads(meeting.id)
      .map(({ stream }: StreamHead) => stream)
      .filter((stream) => stream !== ACTS_STREAM),
  );
  return [...names].map((stream) => ({
    name: stream.slice('doc/'.length),
    entries: [...kept.entries.readStream(meeting.id, stream)].map((entry) => ({ jws: withState(entry) })),
  }));
}

function certificatesOf(kept: LaptopStore, meeting: OpenMeeting): { sha256: string; pem: string }[] {
  const used = new Set<Sha256>();
  for (const { stream } of kept.entries.heads(meeting.id))
    for (const entry of kept.entries.readStream(meeting.id, stream)) used.add(entry.certificate);
  return [...used].map((sha256) => ({ sha256, pem: pemOf(kept.certificates.get(sha256)) }));
}

async function sealedMinutes(
  kept: LaptopStore,
  state: MeetingState | undefined,
): Promise<{ minutes: Uint8Array } | Record<string, never>> {
  const file = state?.minutes.stage === 'sealed' ? kept.papers.find(state.minutes.paper) : undefined;
  return file ? { minutes: await readFile(file.path) } : {};
}

function factsOf(state: MeetingState | undefined): unknown {
  if (!state) return {};
  const { title, kind, start, place, organisation, openedAt, closedAt } = state;
  return { title, kind, start, place, organisation, openedAt, closedAt };
}

async function openOrRefuse(path: string): Promise<OpenPackage> {
  const read = await readPackage(path);
  if (!read.ok) throw new Refusal(refusalOf(read.problem));
  return read.value;
}

function rootOf(opened: OpenPackage): Uint8Array {
  try {
    return new X509Certificate(opened.authority).raw;
  } catch {
    throw new Refusal('package-damaged');
  }
}

/** Reads each certificate once, however often it stands there. */
function pemReader(certificates: CertificateBook): (pem: string) => void {
  const read = new Set<Sha256>();
  return (pem) => {
    const hash = sha256(pem);
    if (read.has(hash) || read.size >= MOST_CERTIFICATES) return;
    read.add(hash);
    try {
      certificates.add(new X509Certificate(pem).raw);
    } catch {
      // Entries that need it are refused as signed with an unknown certificate.
    }
  };
}

function pemOf(der: Uint8Array | undefined): string {
  if (!der) throw new Error('a certificate of a stored entry is missing');
  return new X509Certificate(der).toString();
}

function refusalOf(problem: PackageProblem): string {
  switch (problem) {
    case 'unreadable':
      return 'unreadable-file';
    case 'not-a-package':
    case 'cancelled':
      return problem;
    case 'newer-format':
      return 'newer-version';
    default:
      return 'package-damaged';
  }
}

const damageOf = (problem: PackageProblem): ProblemCode =>
  problem === 'unreadable' || problem === 'not-a-package' || problem === 'newer-format'
    ? 'file-unreadable'
    : 'package-damaged';

/** The package's own problems and the verdict on the minutes in it. */
function both(own: Verdict, minutes: Verdict): Verdict {
  const problems = [...new Set([...own.problems, ...minutes.problems])];
  const outcomes = [own.outcome, minutes.outcome];
  const outcome = outcomes.includes('invalid') ? 'invalid' : outcomes.includes('unknown') ? 'unknown' : 'valid';
  return { ...minutes, problems, outcome };
}
