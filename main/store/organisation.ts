import { z } from 'zod';
import type { BodyRules } from '../../common/domain/body-rules.ts';
import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import type { Database } from './database.ts';
import { hashBytes, hashFrom } from './hash-bytes.ts';
import { parseJson, type Json } from './settings.ts';
import { StoreError } from './store-error.ts';

/** The organisation this laptop belongs to, and who works at it. */
export interface StoredOrganisation {
  readonly name: string;
  readonly parent: string;
  readonly symbol: string;
  readonly preset: BodyRules['preset'];
  /** DER. */
  readonly authorityCertificate: Uint8Array;
  readonly fingerprint: Sha256;
  readonly holdsAuthority: boolean;
  /** PKCS#12 under the authority's password; null where the file is kept elsewhere or this laptop doesn't hold it. */
  readonly authorityArchive: Uint8Array | null;
  readonly me: { readonly member: MemberId; readonly name: string; readonly position: string };
  /** DER; null until it was issued. */
  readonly certificate: Uint8Array | null;
  /** The own private key, sealed by the key vault. */
  readonly keyVault: string;
}

/** This laptop's own request for a certificate while it waits for an answer; a restart goes on from it. */
export interface OwnEnrolment {
  readonly name: string;
  readonly csr: Uint8Array;
  /** The new private key, sealed by the key vault. */
  readonly keyVault: string;
  /** What the invitation said: organisation's fingerprint, secret, addresses. */
  readonly invitation: Json;
  /** How far it came. */
  readonly progress: Json;
  /** RFC 3339. */
  readonly startedAt: string;
}

export interface OrganisationStore {
  get(): StoredOrganisation | undefined;
  /** Replaces whatever was there. */
  put(organisation: StoredOrganisation): void;
  enrolment(): OwnEnrolment | undefined;
  putEnrolment(enrolment: OwnEnrolment): void;
  clearEnrolment(): void;
}

interface OrganisationRow {
  readonly name: string;
  readonly parent: string;
  readonly symbol: string;
  readonly preset: string;
  readonly authority_certificate: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly holds_authority: number;
  readonly authority_archive: Uint8Array | null;
  readonly member: MemberId;
  readonly member_name: string;
  readonly member_position: string;
  readonly certificate: Uint8Array | null;
  readonly key_vault: string;
}

interface EnrolmentRow {
  readonly name: string;
  readonly csr: Uint8Array;
  readonly key_vault: string;
  readonly invitation: string;
  readonly progress: string;
  readonly started_at: string;
}

const presetSchema = z.enum(['peoples-committee', 'peoples-council', 'custom']);

export function organisationStore(db: Database): OrganisationStore {
  const read = db.prepare<[], OrganisationRow>('SELECT * FROM organisation');
  const write = db.prepare<[OrganisationRow]>(
    `INSERT OR REPLACE INTO organisation (id, name, parent, symbol, preset, authority_certificate, fingerprint,
       holds_authority, authority_archive, member, member_name, member_position, certificate, key_vault)
     VALUES (1, @name, @parent, @symbol, @preset, @authority_certificate, @fingerprint,
       @holds_authority, @authority_archive, @member, @member_name, @member_position, @certificate, @key_vault)`,
  );
  const readEnrolment = db.prepare<[], EnrolmentRow>('SELECT * FROM own_enrolment');
  const writeEnrolment = db.prepare<[EnrolmentRow]>(
    `INSERT OR REPLACE INTO own_enrolment (id, name, csr, key_vault, invitation, progress, started_at)
     VALUES (1, @name, @csr, @key_vault, @invitation, @progress, @started_at)`,
  );
  const clearEnrolment = db.prepare('DELETE FROM own_enrolment');
  return {
    get() {
      const row = read.get();
      return row && organisationFrom(row);
    },
    put(organisation) {
      write.run({
        name: organisation.name,
        parent: organisation.parent,
        symbol: organisation.symbol,
        preset: organisation.preset,
        authority_certificate: organisation.authorityCertificate,
        fingerprint: hashBytes(organisation.fingerprint),
        holds_authority: organisation.holdsAuthority ? 1 : 0,
        authority_archive: organisation.authorityArchive,
        member: organisation.me.member,
        member_name: organisation.me.name,
        member_position: organisation.me.position,
        certificate: organisation.certificate,
        key_vault: organisation.keyVault,
      });
    },
    enrolment() {
      const row = readEnrolment.get();
      return (
        row && {
          name: row.name,
          csr: row.csr,
          keyVault: row.key_vault,
          invitation: jsonFrom(row.invitation),
          progress: jsonFrom(row.progress),
          startedAt: row.started_at,
        }
      );
    },
    putEnrolment(enrolment) {
      writeEnrolment.run({
        name: enrolment.name,
        csr: enrolment.csr,
        key_vault: enrolment.keyVault,
        invitation: JSON.stringify(enrolment.invitation),
        progress: JSON.stringify(enrolment.progress),
        started_at: enrolment.startedAt,
      });
    },
    clearEnrolment() {
      clearEnrolment.run();
    },
  };
}

function organisationFrom(row: OrganisationRow): StoredOrganisation {
  const preset = presetSchema.safeParse(row.preset);
  if (!preset.success) throw new StoreError('store-damaged', 'unknown preset of the organisation');
  return {
    name: row.name,
    parent: row.parent,
    symbol: row.symbol,
    preset: preset.data,
    authorityCertificate: row.authority_certificate,
    fingerprint: hashFrom(row.fingerprint),
    holdsAuthority: row.holds_authority === 1,
    authorityArchive: row.authority_archive,
    me: { member: row.member, name: row.member_name, position: row.member_position },
    certificate: row.certificate,
    keyVault: row.key_vault,
  };
}

function jsonFrom(text: string): Json {
  const value = parseJson(text);
  if (value === undefined) throw new StoreError('store-damaged', 'enrolment is not JSON');
  return value as Json;
}
