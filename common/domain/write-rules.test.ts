import { expect, test } from 'vitest';
import type { Act, ActBody, ActKind } from '../acts/acts.ts';
import { BODY_PRESETS } from './body-rules.ts';
import { asMeetingId, asMemberId, asSha256 } from './ids.ts';
import { reduceActs } from './reduce-acts.ts';
import { mayAttend, mayHaveWritten, mayWriteDocument, writersOverTime } from './write-rules.ts';

const id = (n: number) => asMemberId(`00000000-0000-4000-8000-00000000000${n}`);
const [CHAIR, SECRETARY, MEMBER, GUEST, CONVENER, STRANGER] = [id(1), id(2), id(3), id(4), id(5), id(6)] as const;
const paper = 'a'.repeat(64);
const one = (member: typeof CHAIR, role: 'chair' | 'secretary' | 'member' | 'guest') => ({
  member,
  name: 'x',
  position: '',
  role,
  voting: role !== 'guest',
});
const writers = {
  convener: CONVENER,
  roster: [one(CHAIR, 'chair'), one(SECRETARY, 'secretary'), one(MEMBER, 'member'), one(GUEST, 'guest')],
};
const everyone = [CHAIR, SECRETARY, MEMBER, GUEST, CONVENER, STRANGER];
const writersOf = (document: string) => everyone.filter((member) => mayWriteDocument(writers, member, document));

test('[WRT-1] plan and floor belong to the office', () => {
  expect(writersOf('plan')).toEqual([CHAIR, SECRETARY, CONVENER]);
  expect(writersOf('floor')).toEqual([CHAIR, SECRETARY, CONVENER]);
});

test('[WRT-2] voting members propose wording for the minutes, guests do not', () => {
  expect(writersOf('minutes')).toEqual([CHAIR, SECRETARY, MEMBER, CONVENER]);
});

test('[WRT-3] ink is its author’s alone', () => {
  expect(writersOf(`ink/${paper}/${MEMBER}`)).toEqual([MEMBER]);
  expect(writersOf(`ink/${paper}/${STRANGER}`)).toEqual([]);
  expect(writersOf(`ink/${paper}/${MEMBER}/x`)).toEqual([]);
});

test('[CON-3] who is not of the meeting does not attend', () => {
  expect(everyone.filter((member) => mayAttend(writers, member))).toEqual([CHAIR, SECRETARY, MEMBER, GUEST, CONVENER]);
});

const MEETING = asMeetingId('a'.repeat(26));
let acts = 0;
const at = (minute: number) => `2026-03-02T08:${String(minute).padStart(2, '0')}:00.000Z`;

function actOf<K extends ActKind>(author: typeof CHAIR, kind: K, minute: number, body: ActBody<K>): Act {
  acts += 1;
  return {
    kind,
    body,
    author,
    seq: acts,
    time: at(minute),
    hash: asSha256(acts.toString(16).padStart(64, '0')),
  } as Act;
}

/** Convened at 8:10 with SECRETARY; from 8:20 MEMBER is secretary; SECRETARY has left at 8:30. */
function courseOf(...more: Act[]) {
  const roster = [one(CHAIR, 'chair'), one(SECRETARY, 'secretary'), one(MEMBER, 'member'), one(GUEST, 'guest')];
  const changed = [one(CHAIR, 'chair'), one(SECRETARY, 'member'), one(MEMBER, 'secretary'), one(GUEST, 'guest')];
  const all = [
    actOf(CONVENER, 'meeting-convened', 10, {
      nonce: 'A'.repeat(43),
      title: 'x',
      kind: 'x',
      start: '2026-03-02T15:00:00+07:00',
      place: 'x',
      organisation: { name: 'x', parent: '', symbol: '' },
      rules: BODY_PRESETS['peoples-committee'],
      roster,
    } as ActBody<'meeting-convened'>),
    actOf(CHAIR, 'roster-changed', 20, { roster: changed }),
    actOf(CHAIR, 'roster-changed', 30, { roster: changed.filter((entry) => entry.member !== SECRETARY) }),
    ...more,
  ];
  const state = reduceActs(MEETING, all, (author) => author === CONVENER);
  return writersOverTime(state!, all);
}
const wrote = (history: ReturnType<typeof courseOf>, author: typeof CHAIR, minute: number, from: typeof CHAIR) =>
  mayHaveWritten(history, { author, document: 'plan', time: at(minute), from });

test('[WRT-4] what a former secretary wrote counts, whoever passes it on', () => {
  const history = courseOf();
  expect(wrote(history, SECRETARY, 15, CHAIR)).toBe(true);
  expect(wrote(history, SECRETARY, 15, SECRETARY)).toBe(true);
  // A slow or fast clock must not divide the laptops once one of them has taken it in.
  expect(wrote(history, SECRETARY, 5, CHAIR)).toBe(true);
  expect(wrote(history, SECRETARY, 25, CHAIR)).toBe(true);
});

test('[WRT-4] after losing the right, an author brings nothing new', () => {
  const history = courseOf();
  expect(wrote(history, SECRETARY, 20, SECRETARY)).toBe(false);
  expect(wrote(history, SECRETARY, 35, SECRETARY)).toBe(false);
  expect(mayWriteDocument(history.at(-1)!, SECRETARY, 'plan')).toBe(false);
});

test('[WRT-4] who never had the right has it through nobody', () => {
  const history = courseOf();
  for (const author of [GUEST, STRANGER]) {
    for (const from of everyone) expect(wrote(history, author, 15, from)).toBe(false);
  }
  const ink = { author: SECRETARY, document: `ink/${paper}/${SECRETARY}`, time: at(15), from: CHAIR };
  expect(mayHaveWritten(history, ink)).toBe(true);
  expect(mayHaveWritten(history, { ...ink, author: CHAIR })).toBe(false);
});

test('[WRT-4] a new right counts at once, also for what was written a little before', () => {
  const history = courseOf();
  expect(wrote(history, MEMBER, 25, MEMBER)).toBe(true);
  expect(wrote(history, MEMBER, 19, MEMBER)).toBe(true);
  expect(wrote(history, CONVENER, 1, CONVENER)).toBe(true);
});

test('[WRT-4] a change of the roster that has no effect gives no right', () => {
  const own = [one(CHAIR, 'chair'), one(GUEST, 'secretary')];
  const history = courseOf(actOf(GUEST, 'roster-changed', 25, { roster: own }));
  expect(history).toHaveLength(3);
  expect(wrote(history, GUEST, 26, GUEST)).toBe(false);
  expect(wrote(history, GUEST, 26, CHAIR)).toBe(false);
});
