/** Bounds of what one client may cost this laptop. */
export const limits = {
  /** TCP connections in all (`door.ts`), and TLS connections of one member (links, papers, stock clients together). */
  connections: 2000,
  connectionsPerMember: 64,
  linksPerMember: 8,
  documentSocketsPerMember: 64,
  handshakeMilliseconds: 10_000,
  /**
   * Handshakes that end in no admitted connection, a second and at once: of all networks of which nobody was admitted lately
   * together, and of all others. Further ones wait.
   */
  strangersPerSecond: 100,
  knownNetworksPerSecond: 300,
  /** Who says more before the handshake may begin is cut off. */
  firstBytes: 16 * 1024,
  headerBytes: 8 * 1024,
  /** A whole request, a chunk of a paper on a thin line included. */
  requestMilliseconds: 120_000,
  /** Chunks of papers on their way to this laptop at a time, one of each paper and from each member. */
  uploads: 8,
  /** Papers that are open for it. */
  openUploads: 32,
  /** Such a chunk of which nothing came for so long is given up; a paper of which none came is closed. */
  uploadSilenceMilliseconds: 10_000,
  uploadIdleMilliseconds: 30_000,
  /** Papers on their way out, all readers together; beyond it each gets small pieces of a memory of its own. */
  paperBytesTogether: 16 * 1024 * 1024,
  /** A reader of a paper who takes nothing for so long is cut off. */
  readerSilenceMilliseconds: 30_000,
  /** From the opened link to its hello. */
  helloMilliseconds: 10_000,
  /** Messages of a client: a link sends at most some 100 a second of documents, and batches of entries. */
  messagesPerSecond: 1500,
  messageBurst: 6000,
  /**
   * Fragments of a message, and pieces in which one may come from the network: each takes memory beside its bytes, and keeps
   * what it came with. A message of the largest size has some 6,500 packets.
   */
  messageFragments: 256,
  messageChunks: 16 * 1024,
  /** Bytes waiting to be sent, from which on whole documents wait, awareness is dropped, the connection is closed. */
  congestedBytes: 1024 * 1024,
  dropAwarenessBytes: 256 * 1024,
  slowBytes: 16 * 1024 * 1024,
  /** Of all connections of a meeting together; past it the slowest are closed. */
  slowBytesTogether: 256 * 1024 * 1024,
  /** Of entries that links lack, in all sockets together; a batch more in each. */
  catchUpBytesTogether: 64 * 1024 * 1024,
  /** A closed WebSocket whose client doesn't answer the close is cut after this. */
  closeMilliseconds: 2000,
} as const;

export type Limits = Readonly<Record<keyof typeof limits, number>>;

/** The same where newcomers enrol: a whole office at a time, each with one short request after the other. */
export const enrolmentLimits = {
  connections: 128,
  handshakeMilliseconds: 5_000,
  strangersPerSecond: 30,
  knownNetworksPerSecond: 60,
  firstBytes: 16 * 1024,
} as const;
