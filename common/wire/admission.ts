import type { MemberId } from '../domain/ids.ts';

/** Whose certificate it is, after all checks (own organisation, dates, revocation); or why it isn't accepted. */
export type Admission =
  | { readonly ok: true; readonly value: { readonly member: MemberId; readonly name: string } }
  | { readonly ok: false; readonly error: string };

/** The strict check of the other side's certificate (DER); both sides of every connection make it. */
export type Admit = (certificate: Uint8Array) => Admission;

/** A check that throws on some malformed certificate must not end the program: it counts as a refusal. */
export function admitSafely(admit: Admit, certificate: Uint8Array): Admission {
  try {
    return admit(certificate);
  } catch {
    return { ok: false, error: 'certificate-refused' };
  }
}

/** What this laptop shows in TLS: PEM of its key and certificate, and of the organisation's root. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/**
 * Key exchanges that servers of a laptop take: those that laptops use. Who connects chooses, and others cost far more: with
 * `secp521r1` a handshake takes four times as long.
 */
export const KEY_EXCHANGES = 'X25519MLKEM768:X25519:prime256v1';

/** Where hub and link write what went wrong. `values` never hold content. */
export interface LinkLogger {
  info(message: string, values?: Readonly<Record<string, unknown>>): void;
  warn(message: string, values?: Readonly<Record<string, unknown>>): void;
}
