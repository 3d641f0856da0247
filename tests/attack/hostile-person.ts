import { createHash, X509Certificate } from 'node:crypto';
import canonicalize from 'canonicalize';
import { ACTS_STREAM, DOCUMENT_CHANGE, type Stream } from '../../common/acts/entry.ts';
import type { MeetingId, MemberId, Sha256 } from '../../common/domain/ids.ts';
import { controlMessageSchema, encodeControl, LINK_PROTOCOL, type ControlMessage } from '../../common/wire/link.ts';
import { openKeyVault } from '../../main/identity/key-vault.ts';
import { createSigner } from '../../main/identity/signer.ts';
import { tlsCredentials } from '../../main/identity/tls-credentials.ts';
import { controlText } from '../fixtures/control-text.ts';
import { PIN, type TestLaptop } from '../fixtures/laptops.ts';
import type { TestPerson } from '../fixtures/network/organisation.ts';
import { openRawSocket, type RawSocket } from '../fixtures/network/raw-client.ts';

/** An enrolled member with a real key and certificate who signs and sends whatever it likes. */
export interface HostilePerson extends TestPerson {
  /** Signs a payload made of sensible values and `change`, however wrong; `head` replaces the header's values. */
  sign(change: Readonly<Record<string, unknown>>, head?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The next act of the own stream, as an honest laptop would number it. */
  nextAct(kind: string, body: Readonly<Record<string, unknown>>, change?: Record<string, unknown>): Promise<string>;
  /** The next change of a document, as an honest laptop would number it. */
  nextChange(document: string, update: Uint8Array): Promise<string>;
}

export const hashOf = (jws: string): Sha256 => createHash('sha256').update(jws, 'ascii').digest('hex') as Sha256;

/** Takes key and certificate out of a test laptop, as its owner could. */
export async function hostilePerson(laptop: TestLaptop, meeting: MeetingId): Promise<HostilePerson> {
  const organisation = laptop.engine.store.organisation.get();
  if (!organisation?.certificate) throw new Error('not enrolled');
  const opened = await openKeyVault(organisation.keyVault, PIN);
  if (!opened.ok) throw new Error(opened.error);
  const { certificate, authorityCertificate: root } = organisation;
  const chain = [certificate, root];
  const signer = createSigner(opened.value, chain);
  const member = organisation.me.member as MemberId;
  const fingerprint = createHash('sha256').update(certificate).digest('base64url');
  // Where the laptop itself had got to, so that its person can go on by hand.
  const own = laptop.engine.store.entries.heads(meeting).filter((head) => head.author === member);
  const heads = new Map<string, { seq: number; hash: string }>(own.map((head) => [head.stream, head]));

  async function sign(change: Readonly<Record<string, unknown>>, head: Readonly<Record<string, unknown>> = {}) {
    const header = { alg: 'PS256', typ: 'phien-entry', 'x5t#S256': fingerprint, ...head };
    const payload = {
      v: 1,
      meeting,
      author: member,
      stream: ACTS_STREAM,
      seq: 1,
      prev: null,
      time: new Date().toISOString(),
      kind: 'checked-in',
      body: { how: 'remote' },
      ...change,
    };
    const part = (value: unknown) => Buffer.from(canonicalize(value) ?? '').toString('base64url');
    const signed = `${part(header)}.${part(payload)}`;
    const signature = await signer.sign(Buffer.from(signed, 'ascii'), 'RSASSA-PSS');
    return `${signed}.${Buffer.from(signature).toString('base64url')}`;
  }

  async function next(stream: Stream, kind: string, body: object, change: object = {}): Promise<string> {
    const head = heads.get(stream);
    const seq = (head?.seq ?? 0) + 1;
    const jws = await sign({ stream, seq, prev: head?.hash ?? null, kind, body, ...change });
    heads.set(stream, { seq, hash: hashOf(jws) });
    return jws;
  }

  return {
    member,
    name: organisation.me.name,
    signer,
    certificate,
    tls: { ...tlsCredentials(opened.value, chain), ca: new X509Certificate(root).toString() },
    sign,
    nextAct: (kind, body, change) => next(ACTS_STREAM, kind, body, change),
    nextChange: (document, update) =>
      next(`doc/${document}`, DOCUMENT_CHANGE, { update: Buffer.from(update).toString('base64url') }),
  };
}

/** A link to a carrying laptop, spoken by hand. */
export interface HandLink extends RawSocket {
  control(): ControlMessage[];
  /** Sends entries and waits for the answer, or for the close code. */
  bring(entries: readonly string[]): Promise<{ refused: { index: number; reason: string }[] } | { closed: number }>;
}

let devices = 0;
let batches = 1000;

export async function handLink(
  person: Pick<TestPerson, 'tls' | 'certificate'>,
  address: string,
  meeting: MeetingId,
): Promise<HandLink> {
  const raw = await openRawSocket(person, `wss://${address}/link/${meeting}`);
  raw.socket.on('error', () => undefined);
  const control = () =>
    raw.messages
      .map(({ data, binary }) => controlText(data, binary))
      .filter((text) => text !== null)
      .map((text) => controlMessageSchema.parse(JSON.parse(text)));
  const say = (message: Parameters<typeof encodeControl>[0]) =>
    raw.socket.send(encodeControl(message), { binary: false });
  say({ type: 'hello', protocol: LINK_PROTOCOL, device: `by-hand-${process.pid}-${devices++}`, heads: [] });
  say({ type: 'certificates', certificates: [Buffer.from(person.certificate).toString('base64')] });
  return {
    ...raw,
    control,
    async bring(entries) {
      const batch = batches++;
      say({ type: 'entries', batch, entries });
      let code: number | undefined;
      void raw.closed.then((closed) => (code = closed));
      const end = Date.now() + 20_000;
      while (Date.now() < end) {
        const answer = control().find((one) => one.type === 'stored' && one.batch === batch);
        // A breach is answered first and closed then.
        if (code !== undefined) return { closed: code };
        if (answer?.type === 'stored') {
          const pong = new Promise((resolve) => raw.socket.once('pong', resolve));
          raw.socket.ping();
          await Promise.race([raw.closed, pong]);
          return code === undefined ? { refused: answer.refused } : { closed: code };
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error('no answer to a batch');
    },
  };
}
