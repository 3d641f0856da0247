import { beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../common/acts/entry.ts';
import { BODY_PRESETS } from '../../common/domain/body-rules.ts';
import { asSha256, type MeetingId } from '../../common/domain/ids.ts';
import { createMemoryMeeting, type MeetingRules } from '../../tests/fixtures/network/memory-meeting.ts';
import {
  createOrganisation,
  type TestOrganisation,
  type TestPerson,
} from '../../tests/fixtures/network/organisation.ts';
import { fingerprint } from '../identity/certificate-reading.ts';
import { readEntry, signingCertificate, verifyEntry } from '../identity/entry-signature.ts';
import { meetingBy } from './entrusted-meeting.ts';
import { meetingIdOf, newNonce } from './meeting-id.ts';
import type { CertificateBook, EntryAuthentication } from './ports.ts';

let organisation: TestOrganisation;
let secretary: TestPerson;
let other: TestPerson;
let relay: TestPerson;
const nonce = newNonce();
let id: MeetingId;

beforeAll(async () => {
  organisation = await createOrganisation('Sở Thử nghiệm');
  [secretary, other, relay] = (await Promise.all(
    ['Thư ký', 'Người khác', 'Máy chủ'].map((name) => organisation.enrol(name)),
  )) as [TestPerson, TestPerson, TestPerson];
  id = meetingIdOf(secretary.member, nonce);
}, 60_000);

function checks(): { authentication: EntryAuthentication; certificates: CertificateBook } {
  const known = new Map<string, Uint8Array>();
  return {
    authentication: {
      course: () => 'good',
      sign: () => Promise.reject(new Error('nothing is signed here')),
      read(jws) {
        const read = readEntry(jws);
        return read.ok ? { ok: true, entry: read.value } : { ok: false, reason: read.error };
      },
      verify(entry, certificate, member) {
        const checked = organisation.check(certificate);
        if (!checked.ok) return 'certificate-refused';
        const { publicKey } = checked.value;
        const verified = verifyEntry(
          entry,
          signingCertificate({ fingerprint: fingerprint(certificate), member, publicKey }),
        );
        return verified.ok ? undefined : verified.error;
      },
    },
    certificates: {
      get: (wanted) => known.get(wanted),
      add: (der) => void (organisation.check(der).ok && known.set(fingerprint(der), der)),
      memberOf(der) {
        const checked = organisation.check(der);
        return checked.ok ? { member: checked.value.memberId, name: checked.value.name } : undefined;
      },
    },
  };
}

const person = ({ member, name }: TestPerson, role: 'chair' | 'member' | 'relay') => ({
  member,
  name,
  position: '',
  role,
  voting: role !== 'relay',
});

async function act(author: TestPerson, kind: string, body: Record<string, unknown>): Promise<Entry> {
  const rules: MeetingRules = { id, title: '', organisation, people: new Set(), office: new Set() };
  return await createMemoryMeeting(rules, author).act(kind, body);
}

const convened = (author: TestPerson) =>
  act(author, 'meeting-convened', {
    nonce,
    title: 'Phiên họp',
    kind: '',
    start: '2026-11-27T08:00:00+07:00',
    place: '',
    organisation: { name: 'UBND xã', parent: '', symbol: '' },
    rules: BODY_PRESETS['peoples-committee'],
    roster: [person(secretary, 'chair'), person(other, 'member'), person(relay, 'relay')],
  });

const shown = (entries: readonly Entry[], of: readonly TestPerson[]) =>
  meetingBy(
    id,
    { entries: entries.map(({ jws }) => jws), certificates: of.map(({ certificate }) => certificate) },
    checks(),
  );

test('[RELAY-1] the acts that convene a meeting show who is of it', async () => {
  const state = await shown([await convened(secretary)], [secretary]);
  expect(state?.roster.map(({ member }) => member)).toContain(relay.member);
});

test('[RELAY-1] nobody shows a meeting by acts of their own making', async () => {
  // Of another author the meeting's id is not; without a certificate nothing is believed; a signature is of its bytes.
  expect(await shown([await convened(other)], [other])).toBeUndefined();
  const real = await convened(secretary);
  expect(await shown([real], [other])).toBeUndefined();
  const [head, payload, signature] = (await convened(other)).jws.split('.');
  const forged = { ...real, jws: [head, real.jws.split('.')[1], signature].join('.'), hash: asSha256('0'.repeat(64)) };
  expect(payload).toBeDefined();
  expect(await shown([forged], [other, secretary])).toBeUndefined();
});

test('[RELAY-1] a member cannot put a relay into the roster', async () => {
  const without = await act(secretary, 'meeting-convened', {
    ...(await convened(secretary)).payload.body,
    roster: [person(secretary, 'chair'), person(other, 'member')],
  });
  const own = await act(other, 'roster-changed', { roster: [person(other, 'chair'), person(relay, 'relay')] });
  const state = await shown([without, own], [secretary, other]);
  expect(state?.roster.map(({ member }) => member)).toEqual([secretary.member, other.member]);
});

test('[RELAY-1] whoever shows thousands of acts keeps nobody of other meetings waiting', async () => {
  const real = await convened(secretary);
  let turns = 0;
  let over = false;
  const count = (): void => {
    turns++;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  const state = await shown(
    Array.from({ length: 300 }, () => real),
    [secretary],
  );
  over = true;
  expect(state).toBeDefined();
  expect(turns).toBeGreaterThan(20);
});
