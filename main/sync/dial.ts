import type { Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { hostPortSchema } from '../../common/wire/enrolment.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { admitSafely, type Admit, type TlsIdentity } from '../../common/wire/admission.ts';
import { whenSilent } from './silence.ts';
import { reach } from './reach.ts';

export interface Credentials {
  readonly tls: TlsIdentity;
  readonly admit: Admit;
}

/** Why no connection came about; each has a sentence in i18n under `errors.*`. */
export type DialProblem =
  | 'bad-address'
  | 'unreachable'
  | 'carrier-refused'
  | 'carrier-out-of-date'
  | 'certificate-refused';

export type Dialed =
  | {
      readonly ok: true;
      readonly socket: TLSSocket;
      readonly peer: { readonly member: MemberId; readonly name: string };
    }
  | {
      readonly ok: false;
      readonly problem: DialProblem;
      readonly detail: string;
      /** The computer at that address answered something. */
      readonly heard: boolean;
    };

export interface DialOptions {
  /** Milliseconds until it is given up, however far it got. */
  readonly within?: number;
  /** Also while there is no way to that address. */
  readonly persistent?: boolean;
  /**
   * The computer answers; who it is is not known yet. What is left to do begins when this resolves. `bytes`: how many have
   * come from it.
   */
  onReached?(bytes: () => number): Promise<void> | void;
}

const NOTHING = new Uint8Array(0);
/** Until the computer answers; and then a silence so long. */
const TIMEOUT_MILLISECONDS = 5000;
/** A hub waits no longer for the end of a handshake. */
const HANDSHAKE_MILLISECONDS = 10_000;

/** Key and certificates taken apart: that takes longer than all else that begins a connection. */
const contexts = new WeakMap<TlsIdentity, SecureContext>();

function contextOf(tls: TlsIdentity): SecureContext {
  const context = contexts.get(tls) ?? createSecureContext({ ...tls, minVersion: 'TLSv1.3' });
  contexts.set(tls, context);
  return context;
}

/**
 * Connects to `host:port` and checks whose laptop answers, before a byte is sent to it. Any member of the organisation
 * may carry a meeting, so the host name plays no part. A server that doesn't accept this laptop's certificate closes
 * only after this has succeeded (TLS 1.3): the first read fails.
 */
export async function dial(
  address: string,
  credentials: Credentials,
  signal?: AbortSignal,
  options: DialOptions = {},
): Promise<Dialed> {
  const parsed = hostPortSchema.safeParse(address);
  if (!parsed.success) return { ok: false, problem: 'bad-address', detail: address.slice(0, 100), heard: false };
  const colon = parsed.data.lastIndexOf(':');
  const host = parsed.data.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(parsed.data.slice(colon + 1));

  const late = options.within === undefined ? undefined : AbortSignal.timeout(options.within);
  const ending = late && signal ? AbortSignal.any([late, signal]) : (late ?? signal);
  const { persistent = false } = options;
  const reached = await reach(host, port, ending, { within: TIMEOUT_MILLISECONDS, persistent });
  if (!reached.ok) return { ok: false, problem: 'unreachable', detail: reached.detail, heard: reached.heard };
  const { socket } = reached;
  await options.onReached?.(() => socket.bytesRead);
  if (!ending?.aborted && !socket.destroyed) return await secure(socket, credentials, ending);
  socket.destroy();
  return unreachable('closed');
}

/** On a thin line it may take seconds: it goes on while bytes come. */
function secure(reached: Socket, { tls, admit }: Credentials, signal: AbortSignal | undefined): Promise<Dialed> {
  return new Promise((resolve) => {
    const socket = connect({
      socket: reached,
      secureContext: contextOf(tls),
      rejectUnauthorized: true,
      checkServerIdentity: () => undefined,
    });
    const abort = () => finish(unreachable('aborted'));
    const late = setTimeout(() => finish(unreachable('timeout')), HANDSHAKE_MILLISECONDS);
    const silence = whenSilent(
      TIMEOUT_MILLISECONDS,
      () => reached.bytesRead,
      () => finish(unreachable('timeout')),
    );
    signal?.addEventListener('abort', abort, { once: true });

    function finish(result: Dialed): void {
      clearTimeout(late);
      silence.stop();
      signal?.removeEventListener('abort', abort);
      if (!result.ok) socket.destroy();
      resolve(result);
    }

    // Stays for the socket's life: whoever uses it hears of its end by 'close'.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      finish({ ok: false, problem: problemOf(error), detail: error.code ?? error.message, heard: true }),
    );
    socket.once('close', () => finish(unreachable('closed')));
    socket.once('secureConnect', () => {
      // Not getPeerCertificate, which takes it apart for a millisecond.
      const admission = admitSafely(admit, socket.getPeerX509Certificate()?.raw ?? NOTHING);
      finish(
        admission.ok
          ? { ok: true, socket, peer: admission.value }
          : { ok: false, problem: refusalOf(admission.error), detail: admission.error, heard: true },
      );
    });
  });
}

const unreachable = (detail: string): Dialed => ({ ok: false, problem: 'unreachable', detail, heard: true });

/** Dates are this laptop's clock against the certificate: one of them is wrong. */
const refusalOf = (error: string): DialProblem =>
  error === 'expired' || error === 'not-yet-valid' ? 'carrier-out-of-date' : 'carrier-refused';

/** Which side refused the other, as far as an error tells. */
export function problemOf(error: NodeJS.ErrnoException): DialProblem {
  const code = error.code ?? '';
  if (/ALERT/.test(code)) return 'certificate-refused';
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED') return 'carrier-out-of-date';
  if (/CERT|SELF_SIGNED|UNABLE_TO|INVALID_CA|INVALID_PURPOSE|ISSUER/.test(code)) return 'carrier-refused';
  return 'unreachable';
}
