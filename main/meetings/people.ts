import { Refusal } from '../../common/contract/port.ts';
import type { Invitation, ParsedInput, PeopleList } from '../../common/contract/requests.ts';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import type { EnrolmentDesk, Identity, Issuer } from './identity-port.ts';
import { issueFor, orRefuse, orRefuseAuthority, type Session } from './organisation.ts';
import type { LaptopStore, Log, Person } from './ports.ts';
import { writeOut } from './write-out.ts';

/** The authority's password is asked for again after this time, in milliseconds. */
const AUTHORITY_OPEN_FOR = 15 * 60_000;

/** The desk where the secretary invites people and lets them in. Takes requests only while somebody may still come. */
export interface PeopleDesk {
  list(): Promise<PeopleList>;
  invite(input: ParsedInput<'people.invite'>): Promise<Invitation>;
  /** Invites a member to get a certificate for a new key; the invitation that there is, if there is one. */
  renew(member: MemberId): Promise<Invitation>;
  /** A new code in the place of one that nobody has used. */
  inviteAgain(invitation: string): Promise<Invitation>;
  withdraw(invitation: string): Promise<PeopleList>;
  saveInvitation(invitation: string, path: string): Promise<void>;
  approve(input: ParsedInput<'people.approve'>): Promise<PeopleList>;
  refuse(request: string): Promise<PeopleList>;
  /** Tells windows the list as it is now. */
  changed(): Promise<PeopleList>;
  /** Takes requests again, after a restart, from those who may still come. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export function openPeopleDesk(deps: {
  readonly store: LaptopStore;
  readonly identity: Identity;
  readonly session: Session;
  readonly listenHost: string;
  /** Where this laptop is reached at that port. */
  readonly addressesAt: (port: number) => readonly string[];
  /** Tells newcomers on the network where to ask; returns how to stop. */
  readonly advertise: (port: number) => () => void;
  readonly onChange: (list: PeopleList) => void;
  readonly now: () => Date;
  readonly log: Log;
}): PeopleDesk {
  const { store, identity, session, now } = deps;
  const { organisation } = session;
  const info = { name: organisation.name, ...(organisation.parent ? { parent: organisation.parent } : {}) };
  let desk: Promise<{ desk: EnrolmentDesk; stopAdvertising: () => void }> | undefined;
  let issuer: { issuer: Issuer; until: number } | undefined;

  const current = (state: string) =>
    store.invitations
      .list()
      .filter(({ invitation }) => invitation.state === state && new Date(invitation.expiresAt) > now());
  /** Nobody has used them; expired ones stay until the secretary has dealt with them, so that who comes too late is told. */
  const unused = () => store.invitations.list().filter(({ invitation }) => invitation.state === 'open');
  /** Who was let in while away still has to fetch the certificate. */
  const expected = (): boolean =>
    store.invitations.list().some(({ invitation }) => invitation.state === 'pending') ||
    unused().length > 0 ||
    current('approved').length > 0;

  function opened(): Promise<{ desk: EnrolmentDesk; stopAdvertising: () => void }> {
    desk ??= (async () => {
      const served = orRefuse(
        await identity.openDesk({
          tls: session.tls,
          listen: { host: deps.listenHost, port: 0 },
          root: organisation.authorityCertificate,
          organisation: info,
          onRequest: () => void list().then(deps.onChange),
        }),
      );
      return { desk: served, stopAdvertising: deps.advertise(served.address.port) };
    })();
    desk.catch(() => (desk = undefined));
    return desk;
  }

  /** Of the organisation, as far as this laptop knows; only that of the authority knows all. */
  function known(): readonly Person[] {
    const { member, name, position } = session;
    // Renewed, another one than the session's.
    const certificate = store.organisation.get()?.certificate ?? session.chain[0] ?? new Uint8Array();
    const me = { member, name, position, certificate: identity.fingerprint(certificate) };
    return organisation.holdsAuthority ? store.people.list() : [me];
  }

  async function list(): Promise<PeopleList> {
    const serving = expected() || desk ? await opened() : undefined;
    const pending = serving ? await serving.desk.pending() : [];
    const positions = new Map(store.invitations.list().map((one) => [one.invitation.id, one.position]));
    return {
      members: known().map((person) => {
        const der = person.certificate && store.certificates.get(person.certificate);
        return {
          member: person.member,
          name: person.name,
          position: person.position,
          certificate: der ? identity.validityOf(der) : null,
          me: person.member === session.member,
        };
      }),
      invitations: unused().map(asInvitation),
      requests: pending.map((one) => ({
        request: one.requestId,
        name: one.name,
        position: positions.get(one.invitationId) ?? '',
        invitedAs: one.invitedName ?? '',
        renews: one.renews !== null,
        at: one.receivedAt.toISOString(),
        from: one.remoteAddress,
        keyFingerprint: one.keyFingerprint,
      })),
      addresses: serving ? deps.addressesAt(serving.desk.address.port) : [],
      authorityUnlocked: issuer !== undefined && issuer.until > now().getTime(),
    };
  }

  async function changed(): Promise<PeopleList> {
    const now = await list();
    deps.onChange(now);
    return now;
  }

  async function unlockedIssuer(password: string | undefined): Promise<Issuer> {
    if (issuer && issuer.until > now().getTime()) return issuer.issuer;
    if (!organisation.authorityArchive) throw new Refusal('no-authority');
    if (password === undefined) throw new Refusal('authority-password-needed');
    const opened = orRefuseAuthority(await identity.openAuthority(organisation.authorityArchive, password));
    issuer = { issuer: opened, until: now().getTime() + AUTHORITY_OPEN_FOR };
    return opened;
  }

  async function invited(who: { name: string; position: string; renews?: MemberId }): Promise<Invitation> {
    if (!organisation.holdsAuthority) throw new Refusal('no-authority');
    const { position, ...whom } = who;
    const invitation = identity.createInvitation({ ...whom, now: now() });
    store.invitations.add(invitation, position);
    await opened();
    await changed();
    return asInvitation({ invitation, position });
  }

  return {
    list,
    invite: invited,
    async renew(member) {
      const person = store.people.list().find((one) => one.member === member);
      if (!person || member === session.member) throw new Refusal('unknown-person');
      const open = current('open').find(({ invitation }) => invitation.renews === member);
      const { name, position } = person;
      return open ? asInvitation(open) : invited({ name, position, renews: member });
    },
    async inviteAgain(id) {
      const expired = unused().find(({ invitation }) => invitation.id === id);
      if (!expired) throw new Refusal('unknown-invitation');
      const { name, renews } = expired.invitation;
      const again = await invited({ name: name ?? '', position: expired.position, ...(renews ? { renews } : {}) });
      orRefuse(await (await opened()).desk.withdraw(id));
      await changed();
      return again;
    },
    async withdraw(invitation) {
      const { desk } = await opened();
      orRefuse(await desk.withdraw(invitation));
      return changed();
    },
    async saveInvitation(id, path) {
      const found = store.invitations.list().find((one) => one.invitation.id === id);
      if (!found) throw new Refusal('unknown-invitation');
      const { desk } = await opened();
      const content = identity.writeInvitationFile(found.invitation, {
        name: organisation.name,
        fingerprint: organisation.fingerprint,
        addresses: deps.addressesAt(desk.address.port),
      });
      await writeOut(path, content);
    },
    async approve({ request, authorityPassword }) {
      const { desk } = await opened();
      const pending = (await desk.pending()).find((one) => one.requestId === request);
      if (!pending) throw new Refusal('unknown-request');
      const authority = await unlockedIssuer(authorityPassword);
      const position =
        store.invitations.list().find((one) => one.invitation.id === pending.invitationId)?.position ?? '';
      // Of the request: let in by half, by a crash or a failing disk, a person is the same one when let in again.
      const member = pending.renews ?? asMemberId(pending.requestId);
      // The name is the one that the secretary invited; what the newcomer typed was shown beside it.
      const name = pending.invitedName ?? pending.name;
      const { certificate } = orRefuse(await issueFor(authority, pending.request, { member, name, position }, now()));
      const fingerprint = identity.fingerprint(certificate);
      store.certificates.add({ fingerprint, der: certificate, member, organisation: organisation.fingerprint });
      store.people.put({ member, name, position, certificate: fingerprint });
      orRefuse(await desk.approve(request, certificate));
      deps.log.info('certificate issued', { member });
      return changed();
    },
    async refuse(request) {
      const { desk } = await opened();
      orRefuse(await desk.refuse(request));
      return changed();
    },
    changed,
    async resume() {
      if (organisation.holdsAuthority && expected()) await opened();
    },
    async close() {
      const serving = await desk?.catch(() => undefined);
      serving?.stopAdvertising();
      await serving?.desk.close();
    },
  };
}

const asInvitation = ({
  invitation,
  position,
}: ReturnType<LaptopStore['invitations']['list']>[number]): Invitation => ({
  invitation: invitation.id,
  name: invitation.name ?? '',
  position,
  renews: invitation.renews !== undefined,
  code: invitation.code,
  expires: invitation.expiresAt,
});
