import type { MemberId } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';

/** Invitations and requests for certificates, on the laptop that holds the authority. Times are RFC 3339 in UTC. */
export interface StoredInvitation {
  readonly id: string;
  /** One-time. */
  readonly secret: string;
  readonly name: string;
  readonly position: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly usedAt: string | null;
  readonly withdrawnAt: string | null;
}

export interface StoredEnrolmentRequest {
  readonly id: string;
  readonly invitation: string;
  readonly name: string;
  /** DER. */
  readonly csr: Uint8Array;
  readonly at: string;
  /** Network address it came from. */
  readonly from: string;
  readonly answer:
    | { readonly state: 'pending' }
    | { readonly state: 'refused' }
    | { readonly state: 'approved'; readonly member: MemberId; readonly certificate: Uint8Array };
}

export interface InvitationStore {
  get(id: string): StoredInvitation | undefined;
  list(): StoredInvitation[];
  add(invitation: StoredInvitation): void;
  /** False when it was used or withdrawn before: of two laptops with one invitation only the first gets through. */
  markUsed(id: string, at: string): boolean;
  /** False when it was used or withdrawn before. */
  markWithdrawn(id: string, at: string): boolean;
}

export interface EnrolmentRequestStore {
  get(id: string): StoredEnrolmentRequest | undefined;
  list(): StoredEnrolmentRequest[];
  add(request: StoredEnrolmentRequest): void;
  /** False when it was answered before. */
  answer(id: string, answer: Exclude<StoredEnrolmentRequest['answer'], { state: 'pending' }>): boolean;
}

interface InvitationRow {
  readonly id: string;
  readonly secret: string;
  readonly name: string;
  readonly position: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly used_at: string | null;
  readonly withdrawn_at: string | null;
}

interface RequestRow {
  readonly id: string;
  readonly invitation: string;
  readonly name: string;
  readonly csr: Uint8Array;
  readonly at: string;
  readonly sender: string;
  readonly state: 'pending' | 'approved' | 'refused';
  readonly member: MemberId | null;
  readonly certificate: Uint8Array | null;
}

export function invitationStore(db: Database): InvitationStore {
  const one = db.prepare<[string], InvitationRow>('SELECT * FROM invitations WHERE id = ?');
  const all = db.prepare<[], InvitationRow>('SELECT * FROM invitations ORDER BY created_at, id');
  const add = db.prepare<[InvitationRow]>(
    `INSERT INTO invitations (id, secret, name, position, created_at, expires_at, used_at, withdrawn_at)
     VALUES (@id, @secret, @name, @position, @created_at, @expires_at, @used_at, @withdrawn_at)`,
  );
  const use = db.prepare<[string, string]>(
    'UPDATE invitations SET used_at = ? WHERE id = ? AND used_at IS NULL AND withdrawn_at IS NULL',
  );
  const withdraw = db.prepare<[string, string]>(
    'UPDATE invitations SET withdrawn_at = ? WHERE id = ? AND used_at IS NULL AND withdrawn_at IS NULL',
  );
  return {
    get(id) {
      const row = one.get(id);
      return row && invitationFrom(row);
    },
    list: () => all.all().map(invitationFrom),
    add({ id, secret, name, position, createdAt, expiresAt, usedAt, withdrawnAt }) {
      add.run({
        id,
        secret,
        name,
        position,
        created_at: createdAt,
        expires_at: expiresAt,
        used_at: usedAt,
        withdrawn_at: withdrawnAt,
      });
    },
    markUsed: (id, at) => use.run(at, id).changes === 1,
    markWithdrawn: (id, at) => withdraw.run(at, id).changes === 1,
  };
}

export function enrolmentRequestStore(db: Database): EnrolmentRequestStore {
  const one = db.prepare<[string], RequestRow>('SELECT * FROM enrolment_requests WHERE id = ?');
  const all = db.prepare<[], RequestRow>('SELECT * FROM enrolment_requests ORDER BY at, id');
  const add = db.prepare<[RequestRow]>(
    `INSERT INTO enrolment_requests (id, invitation, name, csr, at, sender, state, member, certificate)
     VALUES (@id, @invitation, @name, @csr, @at, @sender, @state, @member, @certificate)`,
  );
  const answer = db.prepare<[Pick<RequestRow, 'id' | 'state' | 'member' | 'certificate'>]>(
    `UPDATE enrolment_requests SET state = @state, member = @member, certificate = @certificate
     WHERE id = @id AND state = 'pending'`,
  );
  return {
    get(id) {
      const row = one.get(id);
      return row && requestFrom(row);
    },
    list: () => all.all().map(requestFrom),
    add({ id, invitation, name, csr, at, from, answer }) {
      add.run({ id, invitation, name, csr, at, sender: from, ...answerColumns(answer) });
    },
    answer: (id, given) => answer.run({ id, ...answerColumns(given) }).changes === 1,
  };
}

const invitationFrom = (row: InvitationRow): StoredInvitation => ({
  id: row.id,
  secret: row.secret,
  name: row.name,
  position: row.position,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  usedAt: row.used_at,
  withdrawnAt: row.withdrawn_at,
});

function requestFrom(row: RequestRow): StoredEnrolmentRequest {
  const { id, invitation, name, csr, at, sender, state, member, certificate } = row;
  const request = { id, invitation, name, csr, at, from: sender };
  if (state !== 'approved') return { ...request, answer: { state } };
  // The table's CHECK promises both.
  return { ...request, answer: { state, member: member!, certificate: certificate! } };
}

const answerColumns = (answer: StoredEnrolmentRequest['answer']) =>
  answer.state === 'approved'
    ? { state: answer.state, member: answer.member, certificate: answer.certificate }
    : { state: answer.state, member: null, certificate: null };
