import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';
import { withoutSync } from './deferred-sync.ts';
import { hashBytes, hashFrom } from './hash-bytes.ts';

/** A person of the organisation, as the laptop that holds the authority knows them. */
export interface StoredPerson {
  readonly member: MemberId;
  readonly name: string;
  readonly position: string;
  /** The valid one; must be in the store's certificates. */
  readonly certificate: Sha256 | null;
}

export interface StoredCertificate {
  /** SHA-256 of `der`. */
  readonly fingerprint: Sha256;
  readonly der: Uint8Array;
  /** null: an authority's. */
  readonly member: MemberId | null;
  /** Fingerprint of the authority that issued it. */
  readonly organisation: Sha256;
}

export interface PeopleStore {
  list(): StoredPerson[];
  get(member: MemberId): StoredPerson | undefined;
  put(person: StoredPerson): void;
}

/** Every certificate met whose chain was checked: what entries were signed with must stay checkable. */
export interface CertificateStore {
  get(fingerprint: Sha256): StoredCertificate | undefined;
  ofMember(member: MemberId): StoredCertificate[];
  /** A certificate already there stays as it is. */
  add(certificate: StoredCertificate): void;
  /** The same, on the disk no later than what is stored after it. Not within a transaction. */
  addSoon(certificate: StoredCertificate): void;
}

interface PersonRow {
  readonly member: MemberId;
  readonly name: string;
  readonly position: string;
  readonly certificate: Uint8Array | null;
}

interface CertificateRow {
  readonly fingerprint: Uint8Array;
  readonly der: Uint8Array;
  readonly member: MemberId | null;
  readonly organisation: Uint8Array;
}

export function peopleStore(db: Database): PeopleStore {
  const all = db.prepare<[], PersonRow>('SELECT * FROM people ORDER BY name, member');
  const one = db.prepare<[MemberId], PersonRow>('SELECT * FROM people WHERE member = ?');
  const write = db.prepare<[PersonRow]>(
    `INSERT INTO people (member, name, position, certificate) VALUES (@member, @name, @position, @certificate)
     ON CONFLICT (member) DO UPDATE
     SET name = excluded.name, position = excluded.position, certificate = excluded.certificate`,
  );
  return {
    list: () => all.all().map(personFrom),
    get(member) {
      const row = one.get(member);
      return row && personFrom(row);
    },
    put(person) {
      write.run({ ...person, certificate: person.certificate && hashBytes(person.certificate) });
    },
  };
}

export function certificateStore(db: Database): CertificateStore {
  const one = db.prepare<[Uint8Array], CertificateRow>('SELECT * FROM certificates WHERE fingerprint = ?');
  const ofMember = db.prepare<[MemberId], CertificateRow>('SELECT * FROM certificates WHERE member = ?');
  const add = db.prepare<[CertificateRow]>(
    `INSERT INTO certificates (fingerprint, der, member, organisation)
     VALUES (@fingerprint, @der, @member, @organisation) ON CONFLICT (fingerprint) DO NOTHING`,
  );
  const put = (certificate: StoredCertificate): void => {
    add.run({
      fingerprint: hashBytes(certificate.fingerprint),
      der: certificate.der,
      member: certificate.member,
      organisation: hashBytes(certificate.organisation),
    });
  };
  return {
    get(fingerprint) {
      const row = one.get(hashBytes(fingerprint));
      return row && certificateFrom(row);
    },
    ofMember: (member) => ofMember.all(member).map(certificateFrom),
    add: put,
    addSoon: (certificate) => withoutSync(db, () => put(certificate)),
  };
}

const personFrom = (row: PersonRow): StoredPerson => ({
  member: row.member,
  name: row.name,
  position: row.position,
  certificate: row.certificate && hashFrom(row.certificate),
});

const certificateFrom = (row: CertificateRow): StoredCertificate => ({
  fingerprint: hashFrom(row.fingerprint),
  der: row.der,
  member: row.member,
  organisation: hashFrom(row.organisation),
});
