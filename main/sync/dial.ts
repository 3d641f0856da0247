import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { hostPortSchema } from '../../common/wire/enrolment.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { admitSafely, type Admit, type TlsIdentity } from '../../common/wire/admission.ts';

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
  | { readonly ok: false; readonly problem: DialProblem; readonly detail: string };

const NOTHING = new Uint8Array(0);
const TIMEOUT_MILLISECONDS = 5000;

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
export function dial(
  address: string,
  { tls, admit }: Credentials,
  signal?: AbortSignal,
  /** `within`: milliseconds until it is given up. `onReached`: the computer answers; who it is is not known yet. */
  options: { readonly within?: number; onReached?(): void } = {},
): Promise<Dialed> {
  const parsed = hostPortSchema.safeParse(address);
  if (!parsed.success) return Promise.resolve({ ok: false, problem: 'bad-address', detail: address.slice(0, 100) });
  const colon = parsed.data.lastIndexOf(':');
  const host = parsed.data.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(parsed.data.slice(colon + 1));

  return new Promise((resolve) => {
    const socket = connect({
      secureContext: contextOf(tls),
      host,
      port,
      rejectUnauthorized: true,
      checkServerIdentity: () => undefined,
    });
    const timer = setTimeout(
      () => finish({ ok: false, problem: 'unreachable', detail: 'timeout' }),
      options.within ?? TIMEOUT_MILLISECONDS,
    );
    socket.once('connect', () => options.onReached?.());
    const abort = () => finish({ ok: false, problem: 'unreachable', detail: 'aborted' });
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();

    function finish(result: Dialed): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (!result.ok) socket.destroy();
      resolve(result);
    }

    // Stays for the socket's life: whoever uses it hears of its end by 'close'.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      finish({ ok: false, problem: problemOf(error), detail: error.code ?? error.message }),
    );
    socket.once('close', () => finish({ ok: false, problem: 'unreachable', detail: 'closed' }));
    socket.once('secureConnect', () => {
      // Not getPeerCertificate, which takes it apart for a millisecond.
      const admission = admitSafely(admit, socket.getPeerX509Certificate()?.raw ?? NOTHING);
      socket.setNoDelay(true);
      finish(
        admission.ok
          ? { ok: true, socket, peer: admission.value }
          : { ok: false, problem: refusalOf(admission.error), detail: admission.error },
      );
    });
  });
}

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
