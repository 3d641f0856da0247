import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Act, ActKind } from '../../common/acts/acts.ts';
import { actBodySchemas } from '../../common/acts/acts.ts';
import { ACTS_STREAM, documentNameSchema } from '../../common/acts/entry.ts';
import type { CarriedMeeting, OpenDocument } from '../../common/collab/carried-meeting.ts';
import { createDocumentClients } from '../../common/collab/document-clients.ts';
import { serveDocument, type DocumentConnection } from '../../common/collab/document-connection.ts';
import { shapeOf } from '../../common/collab/document-shapes.ts';
import { readPapers, readPlanMeta, type PaperRecord } from '../../common/collab/plan.ts';
import { judgeLive } from '../../common/collab/write-check.ts';
import { Refusal } from '../../common/contract/port.ts';
import { asSha256, type MeetingId, type MemberId, type Sha256 } from '../../common/domain/ids.ts';
import type { IgnoredReason, MeetingState } from '../../common/domain/meeting-state.ts';
import { isPresent } from '../../common/domain/quorum.ts';
import { refusedNow } from '../../common/domain/act-now.ts';
import { reduceActs } from '../../common/domain/reduce-acts.ts';
import { isOffice } from '../../common/domain/roster.ts';
import {
  mayAttend,
  mayHaveWritten,
  mayWriteDocument,
  writersEver,
  writersOverTime,
  type Writers,
  type WritersSince,
} from '../../common/domain/write-rules.ts';
import { openMeetingDocuments } from './meeting-documents.ts';
import type { UnsignedChanges } from './unsigned-changes.ts';
import { openMeetingLog, type WritableMeetingLog } from './meeting-log.ts';
import { meetingIdOf } from './meeting-id.ts';
import { documentNames, stateHash } from './state-hash.ts';
import type { CertificateBook, EntryAuthentication, Log, MeetingStore } from './ports.ts';

/** One meeting on this laptop: its log, its documents, its state. What hub and link need of it is `CarriedMeeting`. */
export interface OpenMeeting extends CarriedMeeting {
  readonly me: MemberId;
  readonly readOnly: boolean;
  readonly log: WritableMeetingLog;
  readonly unsigned: UnsignedChanges;
  /** undefined until the convening act is here. */
  state(): MeetingState | undefined;
  writers(): Writers;
  /** The plan, open as long as the meeting is. */
  readonly plan: Y.Doc;
  /** Changes an own document as this laptop's author. */
  change(document: 'plan' | 'minutes', change: (doc: Y.Doc) => void): void;
  /** Signs an act after checking that it will count; refuses with the rule that it breaks. */
  perform(kind: ActKind, body: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Opens a document for a window: shared ones and `private/…`. undefined when there is no such document. `gone`: it ends
   * here, and the window may open it again.
   */
  connectWindow(name: string, send: (message: Uint8Array) => void, gone?: () => void): DocumentConnection | undefined;
  /** Windows close what they have open of it, and may open it again. */
  turnWindowsOut(): void;
  /** Documents that windows have open now, and whenever one is opened or closed. */
  onWindowDocument(listener: (name: string, document: OpenDocument) => () => void): () => void;
  /** Documents of which this laptop keeps what others wrote live and did not sign. */
  shownDocuments(): readonly string[];
  /** Papers of the plan and the minutes as PDF, whether here or not. */
  papers(): ReadonlyMap<Sha256, PaperRecord>;
  /** Called after acts or plan have changed; may be called more than once for one change. */
  onChange(listener: () => void): () => void;
  /** Signs own changes that are waiting, and resolves when they and own acts under way are on disk and on their way. */
  settle(): Promise<void>;
  /** The same on all laptops that are in step (`state-hash.ts`). */
  stateHash(): Sha256;
  close(): Promise<void>;
}

export interface OpenMeetingOptions {
  readonly meeting: MeetingId;
  readonly me: MemberId;
  /** Known from the creation or from joining; confirmed by the convening act. */
  readonly convener: MemberId | undefined;
  readonly readOnly: boolean;
  readonly store: MeetingStore;
  readonly authentication: EntryAuthentication;
  readonly certificates: CertificateBook;
  readonly paperPath: (paper: Sha256) => { readonly path: string; readonly size: number } | undefined;
  readonly now: () => Date;
  readonly logger: Log;
}

/** A document that a window has open. */
interface WindowDocument {
  readonly name: string;
  readonly document: OpenDocument;
  readonly connection: DocumentConnection;
  readonly gone: (() => void) | undefined;
  readonly stops: (() => void)[];
  /** What it says of itself may be seen. */
  heard: boolean;
}

/** After these somebody may have another right to write; reading all acts after each of thousands that come takes seconds. */
const ROSTER_ACTS: ReadonlySet<string> = new Set<ActKind>(['meeting-convened', 'roster-changed']);

const PRIVATE_NAME = /^private\/(notes|[0-9a-f]{64})$/;

export function openMeeting(options: OpenMeetingOptions): OpenMeeting {
  const { meeting, me, store, logger } = options;
  const changeListeners = new Set<() => void>();
  const windowListeners = new Set<(name: string, document: OpenDocument) => () => void>();
  const windowDocuments = new Map<unknown, WindowDocument>();
  let reduced: MeetingState | undefined;
  let history: readonly WritersSince[] | undefined;
  let stale = true;
  let knownPapers: ReadonlyMap<Sha256, PaperRecord> | undefined;
  const isConvener = (author: MemberId, nonce: string): boolean => meetingIdOf(author, nonce) === meeting;

  const log = openMeetingLog({
    meeting,
    me,
    store,
    authentication: options.authentication,
    certificates: options.certificates,
    now: options.now,
    log: logger,
    leads: (member) => member === writers().convener || isOffice(writers().roster, member),
    mayHaveWritten: (change) => mayHaveWritten(writersSoFar(), change),
    onEntry(entry, from) {
      if (entry.payload.stream === ACTS_STREAM) {
        stale = true;
        if (ROSTER_ACTS.has(entry.payload.kind)) silenceWindows();
        changed();
      } else if (from !== 'self') documents.applyEntry(entry);
    },
  });
  const documents = openMeetingDocuments({
    meeting,
    me: options.me,
    store,
    log,
    logger,
    readOnly: options.readOnly,
    now: options.now,
    isOwnWindow: (origin) => windowDocuments.has(origin),
    mayWrite: (name) => mayWriteDocument(writers(), me, name),
    writersEver: (name) => writersEver(writersSoFar(), name),
  });
  const planDocument = documents.open('plan');
  const stopSettled = store.own.onSettled((settled) => {
    if (settled === meeting) void documents.flush();
  });
  planDocument.doc.on('update', changed);

  function changed(): void {
    knownPapers = undefined;
    for (const listener of changeListeners) listener();
  }

  function state(): MeetingState | undefined {
    if (stale) {
      reduced = reduceActs(meeting, log.acts(), isConvener);
      history = reduced && writersOverTime(reduced, log.acts());
      stale = false;
    }
    return reduced;
  }

  function writers(): Writers {
    const now = state();
    return now ? { convener: now.convener, roster: now.roster } : { convener: options.convener, roster: [] };
  }

  function writersSoFar(): readonly WritersSince[] {
    state();
    return history ?? [{ since: '', ...writers() }];
  }

  /** Asked for every chunk that goes out, so read once for each change. */
  function papers(): ReadonlyMap<Sha256, PaperRecord> {
    if (knownPapers) return knownPapers;
    const found = readPapers(planDocument.doc);
    const minutes = state()?.minutes;
    if (minutes && minutes.stage !== 'draft') {
      const sha256 = minutes.stage === 'sealed' ? minutes.paper : minutes.revision;
      found.set(sha256, { sha256, title: 'Biên bản', size: minutes.size, pages: 1, chunks: minutes.chunks });
    }
    knownPapers = found;
    return found;
  }

  async function perform(kind: ActKind, input: Readonly<Record<string, unknown>>): Promise<void> {
    if (options.readOnly) throw new Refusal('read-only-meeting');
    // Tried when the own acts before it have their effect: of two that rule each other out, the second is refused.
    await log.act(kind, (time) => {
      const parsed = actBodySchemas[kind].safeParse(kind === 'motion-closed' ? withBallots(input) : input);
      if (!parsed.success) throw new Refusal('bad-input');
      const body = parsed.data as Readonly<Record<string, unknown>>;
      const trial = { kind, body, hash: TRIAL_HASH, author: me, seq: 2 ** 31, time } as Act;
      const broken = whyWithoutEffect(trial);
      if (broken) throw new Refusal(`act.${broken}`);
      return body;
    });
  }

  function whyWithoutEffect(trial: Act): IgnoredReason | undefined {
    // No rule forbids a receipt, and who joins a long meeting signs one for each paper.
    if (trial.kind === 'paper-received') return undefined;
    const after = reduceActs(meeting, [...log.acts(), trial], isConvener);
    const now = state();
    return after?.ignored.find(({ hash }) => hash === trial.hash)?.reason ?? (now && refusedNow(now, trial.kind));
  }

  /** The closing act lists the ballots that are here and valid now, who is present, and by which roster they count. */
  function withBallots(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const now = state();
    const motion = now?.motions.find((one) => one.motion === input.motion);
    if (!now || !motion) return { ...input, ballots: [] };
    // Who voted and left before the end was there for this vote. [VOTE-6]
    const present = now.roster.filter(
      ({ voting, member }) => voting && (isPresent(now.attendance[member]) || motion.ballots[member]),
    );
    return {
      ...input,
      ballots: Object.values(motion.ballots).map((ballot) => ballot.hash),
      present: present.map((one) => one.member),
      roster: now.rosterAct,
    };
  }

  function openPrivate(name: string): OpenDocument {
    const doc = new Y.Doc();
    for (const update of store.privateDocuments.load(meeting, name)) {
      try {
        Y.applyUpdate(doc, update);
      } catch (error) {
        // One change that cannot be applied costs itself, not the notes.
        logger.error('a private change could not be applied', { meeting }, error);
      }
    }
    const awareness = new Awareness(doc);
    awareness.setLocalState(null);
    const clients = createDocumentClients();
    return {
      doc,
      awareness,
      judge: (author, update) => judgeLive(update, shapeOf(name), author, doc, clients),
      isFromLog: () => false,
      shown: () => [],
      takeShown: () => false,
      release() {
        awareness.destroy();
        doc.destroy();
      },
    };
  }

  /** Asked at each change: offices change hands while windows are open. [WRT-4] [AWARE-5] */
  const mayWriteHere = (name: string): boolean =>
    !options.readOnly && (PRIVATE_NAME.test(name) || mayWriteDocument(writers(), me, name));

  /** [AWARE-5] */
  function silenceWindows(): void {
    for (const held of windowDocuments.values()) {
      const may = mayWriteHere(held.name);
      if (held.heard && !may) held.connection.silence();
      held.heard = may;
    }
  }

  function connectWindow(
    name: string,
    send: (message: Uint8Array) => void,
    gone?: () => void,
  ): DocumentConnection | undefined {
    const isPrivate = PRIVATE_NAME.test(name);
    if (!isPrivate && !documentNameSchema.safeParse(name).success) return undefined;
    const document = isPrivate ? privateDocument(name) : documents.open(name);
    const keep = isPrivate
      ? (update: Uint8Array) => {
          store.privateDocuments.append(meeting, name, update);
          return () => undefined;
        }
      : (update: Uint8Array) => documents.keep(name, update);
    const connection = serveDocument(document, {
      member: me,
      send,
      get mayWrite() {
        return mayWriteHere(name);
      },
      get mayBeAware() {
        return mayWriteHere(name);
      },
      keep,
    });
    const stops = isPrivate ? [] : [...windowListeners].map((listener) => listener(name, document));
    windowDocuments.set(connection, { name, document, connection, gone, stops, heard: mayWriteHere(name) });
    return {
      receive: (message) => connection.receive(message),
      silence: () => connection.silence(),
      close() {
        if (!windowDocuments.delete(connection)) return;
        connection.close();
        for (const stop of stops) stop();
        document.release();
      },
    };
  }

  // Several windows may hold the same private document.
  const privates = new Map<string, { document: OpenDocument; holders: number }>();
  function privateDocument(name: string): OpenDocument {
    const held = privates.get(name) ?? { document: openPrivate(name), holders: 0 };
    privates.set(name, held);
    held.holders += 1;
    return {
      ...held.document,
      release() {
        held.holders -= 1;
        if (held.holders > 0) return;
        privates.delete(name);
        held.document.release();
      },
    };
  }

  return {
    id: meeting,
    me,
    readOnly: options.readOnly,
    log,
    unsigned: documents.unsigned,
    plan: planDocument.doc,
    title: () => state()?.title ?? readPlanMeta(planDocument.doc)?.title ?? '',
    state,
    writers,
    mayAttend: (member) => mayAttend(writers(), member),
    mayWrite: (member, document) => mayWriteDocument(writers(), member, document),
    openDocument: (name) => documents.open(name),
    paperFile: (paper) => (papers().has(paper) ? options.paperPath(paper) : undefined),
    namedPapers: papers,
    papers,
    change: (name, change) => documents.change(name, change),
    perform,
    connectWindow,
    turnWindowsOut() {
      for (const { gone } of [...windowDocuments.values()]) gone?.();
    },
    onWindowDocument(listener) {
      windowListeners.add(listener);
      for (const held of windowDocuments.values()) {
        if (!PRIVATE_NAME.test(held.name)) held.stops.push(listener(held.name, held.document));
      }
      return () => windowListeners.delete(listener);
    },
    shownDocuments: () => store.shown.documents(meeting),
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    stateHash() {
      const heads = log.heads();
      const opened = documentNames(heads).map((name) => [name, documents.open(name)] as const);
      const docs = new Map(opened.map(([name, { doc }]) => [name, doc]));
      try {
        return stateHash(heads, docs, state());
      } finally {
        for (const [, document] of opened) document.release();
      }
    },
    async settle() {
      await documents.flush();
      await log.settled();
    },
    async close() {
      stopSettled();
      planDocument.release();
      await documents.flush();
      // What was begun just before is signed and stored; afterwards there is nothing to store it in.
      await log.settled();
      log.close();
      documents.close();
    },
  };
}

/** No entry hashes to this; it marks the act that is only tried. */
const TRIAL_HASH = asSha256('0'.repeat(64));
