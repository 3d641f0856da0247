import { randomUUID, type KeyObject } from 'node:crypto';
import type { Signer } from '../../common/acts/signer.ts';
import { Refusal } from '../../common/contract/port.ts';
import type { AppStatus, ParsedInput } from '../../common/contract/requests.ts';
import type { CertificateDates } from '../../common/domain/certificate-course.ts';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import type { Identity, Issuer, Result, TlsCredentials } from './identity-port.ts';
import type { LaptopStore, Organisation } from './ports.ts';

/** A member's certificate is good for two years; the secretary issues the next one. */
const MEMBER_DAYS = 730;

/** Who works at this laptop, with the key in memory: exists from unlocking until the application ends. */
export interface Session {
  readonly member: MemberId;
  readonly name: string;
  readonly position: string;
  readonly organisation: Organisation;
  /** Own certificate, then the authority's root. */
  readonly chain: readonly Uint8Array[];
  /** When the own certificate begins and ends. */
  readonly validity: CertificateDates;
  readonly signer: Signer;
  readonly tls: TlsCredentials;
}

export function appStatus(
  { store, identity }: { readonly store: LaptopStore; readonly identity: Identity },
  session: Session | undefined,
  /** A request for a certificate is under way in this process; the one of an earlier process needs the PIN to go on. */
  asking: boolean,
  version: string,
): AppStatus {
  const organisation = store.organisation.get();
  const stage = session
    ? 'ready'
    : store.organisation.enrolment() && asking
      ? 'waiting'
      : organisation?.certificate || store.organisation.enrolment()
        ? 'locked'
        : 'new';
  return {
    stage,
    version,
    organisation: organisation?.certificate
      ? {
          name: organisation.name,
          parent: organisation.parent,
          symbol: organisation.symbol,
          fingerprint: organisation.fingerprint,
        }
      : null,
    me: organisation?.certificate ? organisation.me : null,
    holdsAuthority: organisation?.holdsAuthority ?? false,
    certificate: certificateStatus(identity, organisation, session),
    renewing: Boolean(organisation?.certificate && store.organisation.enrolment()),
  };
}

/** The certificate that is in use, or will be once the PIN was given. */
function certificateStatus(
  identity: Identity,
  organisation: Organisation | undefined,
  session: Session | undefined,
): AppStatus['certificate'] {
  if (!organisation?.certificate) return null;
  const kept = identity.validityOf(organisation.certificate);
  const used = session?.validity ?? kept;
  return { ...used, renewedUntil: used.until === kept.until ? null : kept.until };
}

/** Sets up an organisation on this laptop: its authority, and the first member's own key and certificate. */
export async function createOrganisation(
  deps: { readonly store: LaptopStore; readonly identity: Identity; readonly now: () => Date },
  input: ParsedInput<'organisation.create'>,
): Promise<Session> {
  const { store, identity, now } = deps;
  if (store.organisation.get()?.certificate) throw new Refusal('already-set-up');
  const own = orRefuse(await identity.createKeyVault(input.pin));
  const info = { name: input.name, ...(input.parent ? { parent: input.parent } : {}) };
  const authority = orRefuse(
    await identity.createAuthority({ organisation: info, password: input.authorityPassword, now: now() }),
  );
  const issuer = orRefuse(await identity.openAuthority(authority.p12, input.authorityPassword));
  const member = asMemberId(randomUUID());
  const { name, position } = input.person;
  const { certificate } = await issue(identity, issuer, own.privateKey, { member, name, position }, now());
  const organisation: Organisation = {
    name: input.name,
    parent: input.parent,
    symbol: input.symbol,
    preset: input.preset,
    authorityCertificate: authority.certificate,
    fingerprint: identity.fingerprint(authority.certificate),
    holdsAuthority: true,
    authorityArchive: authority.p12,
    me: { member, name, position },
    certificate,
    keyVault: own.vault,
  };
  store.organisation.put(organisation);
  const fingerprint = identity.fingerprint(certificate);
  store.certificates.add({ fingerprint, der: certificate, member, organisation: organisation.fingerprint });
  store.people.put({ member, name, position, certificate: fingerprint });
  return sessionOf(identity, organisation, own.privateKey);
}

async function issue(
  identity: Identity,
  issuer: Issuer,
  privateKey: KeyObject,
  person: { member: MemberId; name: string; position: string },
  now: Date,
): Promise<{ certificate: Uint8Array }> {
  const request = await identity.createRequest(privateKey, { name: person.name });
  return orRefuse(await issueFor(issuer, request, person, now));
}

/** Has the authority issue a member's certificate for a request. */
export function issueFor(
  issuer: Issuer,
  request: Uint8Array,
  person: { readonly member: MemberId; readonly name: string; readonly position: string },
  now: Date,
): Promise<Result<{ certificate: Uint8Array }>> {
  return issuer.issue(
    {
      request,
      memberId: person.member,
      name: person.name,
      ...(person.position ? { position: person.position } : {}),
      validDays: MEMBER_DAYS,
    },
    now,
  );
}

export async function unlock(store: LaptopStore, identity: Identity, pin: string): Promise<Session> {
  const organisation = store.organisation.get();
  if (!organisation?.certificate) throw new Refusal('not-set-up');
  return sessionOf(identity, organisation, orRefuse(await identity.openKeyVault(organisation.keyVault, pin)));
}

/** Refuses any other than the present one. */
export async function mustBePin(store: LaptopStore, identity: Identity, pin: string): Promise<void> {
  const organisation = store.organisation.get();
  if (!organisation) throw new Refusal('not-set-up');
  orRefuse(await identity.openKeyVault(organisation.keyVault, pin));
}

/** Another PIN for the same key. */
export async function changePin(
  store: LaptopStore,
  identity: Identity,
  { oldPin, pin }: ParsedInput<'app.changePin'>,
): Promise<void> {
  const organisation = store.organisation.get();
  if (!organisation) throw new Refusal('not-set-up');
  const keyVault = orRefuse(await identity.changePin(organisation.keyVault, oldPin, pin));
  store.organisation.put({ ...organisation, keyVault });
}

/** A new key and certificate for who holds the authority: nobody else could approve it. */
export async function renewByAuthority(
  deps: { readonly store: LaptopStore; readonly identity: Identity; readonly now: () => Date },
  { authorityPassword, pin }: ParsedInput<'app.renewByAuthority'>,
): Promise<Session> {
  const { store, identity, now } = deps;
  const organisation = store.organisation.get();
  if (!organisation?.authorityArchive) throw new Refusal('no-authority');
  const issuer = orRefuseAuthority(await identity.openAuthority(organisation.authorityArchive, authorityPassword));
  const { vault, privateKey } = orRefuse(await identity.createKeyVault(pin));
  const { certificate } = await issue(identity, issuer, privateKey, organisation.me, now());
  return keepRenewed(deps, organisation, { certificate, keyVault: vault, me: organisation.me }, privateKey);
}

/** The same person at the same laptop, with another key. What was signed before stays checkable by its own certificate. */
export function keepRenewed(
  { store, identity }: { readonly store: LaptopStore; readonly identity: Identity },
  organisation: Organisation,
  renewed: { readonly certificate: Uint8Array } & Pick<Organisation, 'me' | 'keyVault'>,
  privateKey: KeyObject,
): Session {
  const kept = { ...organisation, ...renewed };
  const { certificate, me } = renewed;
  const fingerprint = identity.fingerprint(certificate);
  store.certificates.add({ fingerprint, der: certificate, member: me.member, organisation: organisation.fingerprint });
  if (organisation.holdsAuthority) store.people.put({ ...me, certificate: fingerprint });
  store.organisation.put(kept);
  return sessionOf(identity, kept, privateKey);
}

export function sessionOf(identity: Identity, organisation: Organisation, privateKey: KeyObject): Session {
  if (!organisation.certificate) throw new Error('no certificate yet');
  const chain = [organisation.certificate, organisation.authorityCertificate];
  const validity = identity.validityOf(organisation.certificate);
  return {
    ...organisation.me,
    organisation,
    chain,
    validity,
    signer: identity.createSigner(privateKey, chain),
    tls: identity.tlsCredentials(privateKey, chain),
  };
}

/** Of the two passwords of a secretary it is the authority's that is wrong. */
export function orRefuseAuthority(opened: Result<Issuer>): Issuer {
  if (!opened.ok) throw new Refusal(opened.error === 'wrong-password' ? 'wrong-authority-password' : opened.error);
  return opened.value;
}

/** The value, or the failure as an answer for the window. */
export function orRefuse<T>(result: Result<T>): T {
  if (!result.ok) throw new Refusal(result.error);
  return result.value;
}
