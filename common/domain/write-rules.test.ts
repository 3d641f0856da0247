import { expect, test } from 'vitest';
import { asMemberId } from './ids.ts';
import { mayAttend, mayWriteDocument } from './write-rules.ts';

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
