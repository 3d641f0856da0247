import { randomUUID } from 'node:crypto';
import { asMemberId, type MemberId } from '../../common/domain/ids.ts';
import { createAuthority } from '../../main/identity/authority.ts';
import { fingerprint } from '../../main/identity/certificate-reading.ts';
import { createRequest } from '../../main/identity/certificate-request.ts';
import { lockKey } from '../../main/identity/key-vault.ts';
import { generateRsaKey } from '../../main/identity/rsa-key.ts';
import { tlsCredentials, type TlsCredentials } from '../../main/identity/tls-credentials.ts';
import { openStore } from '../../main/store/open-store.ts';
import { AUTHORITY_PASSWORD, PIN } from '../fixtures/laptops.ts';

/** An organisation whose people are enrolled already: enrolling is not what is measured here. */
export interface EnrolledOrganisation {
  readonly root: Uint8Array;
  readonly archive: Uint8Array;
  /** The first one is the secretary, who holds the authority; the second one chairs. */
  readonly people: readonly EnrolledPerson[];
}

export interface EnrolledPerson {
  readonly member: MemberId;
  readonly name: string;
  readonly position: string;
  readonly certificate: Uint8Array;
  /** The own key under the PIN, as it lies on the laptop. */
  readonly vault: string;
  readonly tls: TlsCredentials;
}

const NAME = 'Ủy ban nhân dân xã Mường Đo';
const PARENT = 'Ủy ban nhân dân tỉnh Thử Nghiệm';

/**
 * Real keys and certificates as the application makes them; a key takes some tenths of a second, so people may share
 * `keys` of them: certificates tell them apart. `quickToUnlock`: the PIN is stretched as little as a vault allows, for
 * laptops that are started hundreds of times.
 */
export async function enrolledOrganisation(
  size: number,
  { keys = size, bits = 3072, quickToUnlock = false } = {},
): Promise<EnrolledOrganisation> {
  const now = new Date();
  const made = succeeded(
    await createAuthority({ organisation: { name: NAME, parent: PARENT }, password: AUTHORITY_PASSWORD, now }),
  );
  const root = made.certificate;

  const pairs = await Promise.all(Array.from({ length: Math.min(keys, size) }, () => keyAndVault(bits, quickToUnlock)));

  async function enrolled(index: number): Promise<EnrolledPerson> {
    const { privateKey, vault } = pairs[index % pairs.length] as Awaited<ReturnType<typeof keyAndVault>>;
    const member = asMemberId(randomUUID());
    const name = index === 0 ? 'Lò Thị Đo' : index === 1 ? 'Hà Văn Đo' : `Thành viên Đo ${index}`;
    const position = index === 0 ? 'Công chức Văn phòng' : index === 1 ? 'Chủ tịch' : 'Ủy viên';
    const request = await createRequest(privateKey, { name });
    const order = { request, memberId: member, name, position, validDays: 30 };
    const { certificate } = succeeded(await made.authority.issue(order, now));
    return { member, name, position, certificate, vault, tls: tlsCredentials(privateKey, [certificate, root]) };
  }

  const people = await Promise.all(Array.from({ length: size }, (_, index) => enrolled(index)));
  return { root, archive: made.p12, people };
}

/** Makes `folder` the data folder of an enrolled person's laptop, locked by the tests' PIN. */
export async function layDataFolder(
  folder: string,
  organisation: EnrolledOrganisation,
  person: EnrolledPerson,
): Promise<void> {
  const store = openStore(folder);
  const rootFingerprint = fingerprint(organisation.root);
  const isSecretary = person === organisation.people[0];
  store.organisation.put({
    name: NAME,
    parent: PARENT,
    symbol: 'UBND',
    preset: 'peoples-committee',
    authorityCertificate: organisation.root,
    fingerprint: rootFingerprint,
    holdsAuthority: isSecretary,
    authorityArchive: isSecretary ? organisation.archive : null,
    me: { member: person.member, name: person.name, position: person.position },
    certificate: person.certificate,
    keyVault: person.vault,
  });
  for (const one of isSecretary ? organisation.people : [person]) {
    const { member, name, position, certificate: der } = one;
    store.certificates.add({ fingerprint: fingerprint(der), der, member, organisation: rootFingerprint });
    if (isSecretary) store.people.put({ member, name, position, certificate: fingerprint(der) });
  }
  await store.close();
}

async function keyAndVault(bits: number, quickToUnlock: boolean) {
  const privateKey = await generateRsaKey(bits);
  const vault = await lockKey(privateKey, PIN, quickToUnlock ? { N: 2 ** 14, r: 8, p: 1 } : undefined);
  return { privateKey, vault: succeeded(vault) };
}

function succeeded<Value>(result: { ok: true; value: Value } | { ok: false; error: string }): Value {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}
