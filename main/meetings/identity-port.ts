import type { KeyObject } from 'node:crypto';
import type { Signer } from '../../common/acts/signer.ts';
import type { CertificateDates } from '../../common/domain/certificate-course.ts';
import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { InvitationFile, OrganisationInfo } from '../../common/wire/enrolment.ts';

/** What the use cases need of identity. Failures are codes that the interface has sentences for. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string };

export interface Identity {
  createAuthority(options: {
    organisation: OrganisationInfo;
    password: string;
    now: Date;
  }): Promise<Result<{ p12: Uint8Array; certificate: Uint8Array }>>;
  openAuthority(p12: Uint8Array, password: string): Promise<Result<Issuer>>;
  createKeyVault(pin: string): Promise<Result<{ vault: string; privateKey: KeyObject }>>;
  openKeyVault(vault: string, pin: string): Promise<Result<KeyObject>>;
  /** The vault of the same key under the new PIN. */
  changePin(vault: string, oldPin: string, newPin: string): Promise<Result<string>>;
  createRequest(privateKey: KeyObject, subject: { name: string }): Promise<Uint8Array>;
  /** The fingerprint of the key that a request is made for, as the desk shows it. */
  requestFingerprint(privateKey: KeyObject): string;
  fingerprint(certificate: Uint8Array): Sha256;
  /** Throws for what is no certificate. */
  validityOf(certificate: Uint8Array): CertificateDates;
  checkCertificate(certificate: Uint8Array, roots: readonly Uint8Array[], at: Date): Result<CheckedCertificate>;
  createSigner(privateKey: KeyObject, chain: readonly Uint8Array[]): Signer;
  tlsCredentials(privateKey: KeyObject, chain: readonly Uint8Array[]): TlsCredentials;
  createInvitation(options: { name?: string; renews?: MemberId; now: Date }): Invitation;
  writeInvitationFile(
    invitation: Invitation,
    organisation: { name: string; fingerprint: string; addresses: readonly string[] },
  ): string;
  readInvitationFile(bytes: Uint8Array, now: Date): Result<InvitationFile>;
  /** Takes newcomers' requests; what it decides is on disk. */
  openDesk(options: {
    tls: TlsCredentials;
    listen: { host: string; port: number };
    root: Uint8Array;
    organisation: OrganisationInfo;
    onRequest(): void;
  }): Promise<Result<EnrolmentDesk>>;
  enrol(options: EnrolOptions): Promise<Result<Enrolled>>;
}

export interface TlsCredentials {
  key: string;
  cert: string;
}

export interface CheckedCertificate {
  readonly memberId: MemberId;
  readonly name: string;
  readonly position: string | null;
  readonly notAfter: Date;
}

export interface Issuer {
  issue(
    order: { request: Uint8Array; memberId: MemberId; name: string; position?: string; validDays: number },
    now: Date,
  ): Promise<Result<{ certificate: Uint8Array }>>;
}

export interface Invitation {
  readonly id: string;
  readonly code: string;
  readonly name: string | null;
  /** The member who gets a new certificate with it; absent for somebody new. */
  readonly renews?: MemberId;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly state: 'open' | 'pending' | 'approved' | 'refused' | 'withdrawn';
}

export interface PendingEnrolment {
  readonly requestId: string;
  readonly invitationId: string;
  readonly name: string;
  readonly invitedName: string | null;
  readonly renews: MemberId | null;
  readonly request: Uint8Array;
  readonly keyFingerprint: string;
  readonly receivedAt: Date;
  readonly remoteAddress: string;
}

export interface EnrolmentDesk {
  readonly address: { readonly host: string; readonly port: number };
  pending(): Promise<readonly PendingEnrolment[]>;
  approve(requestId: string, certificate: Uint8Array): Promise<Result<null>>;
  refuse(requestId: string): Promise<Result<null>>;
  withdraw(invitationId: string): Promise<Result<null>>;
  close(): Promise<void>;
}

export type EnrolOptions = (
  | { readonly code: string; readonly file?: never }
  | { readonly file: InvitationFile; readonly code?: never }
) & {
  readonly addresses?: readonly string[];
  readonly name: string;
  readonly renews?: { readonly member: MemberId; readonly rootFingerprint: Sha256 };
  readonly privateKey: KeyObject;
  readonly signal?: AbortSignal;
  readonly onStatus?: (status: { readonly state: 'connecting' | 'waiting' | 'reconnecting' }) => void;
  readonly patience?: number;
};

export interface Enrolled {
  readonly memberId: MemberId;
  readonly name: string;
  readonly organisation: OrganisationInfo;
  readonly certificate: Uint8Array;
  readonly root: Uint8Array;
  readonly fingerprint: Sha256;
  readonly rootFingerprint: Sha256;
  readonly address: string;
}
