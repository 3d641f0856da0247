import { expect, it } from 'vitest';
import { BODY_PRESETS } from '../../../common/domain/body-rules.ts';
import { asAgendaItemId, type AgendaItemId } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { actOf, itemsOf } from './asked-vote.ts';

const [budget, staff] = [asAgendaItemId('muc-3'), asAgendaItemId('muc-4')];
const item = (id: AgendaItemId, ordinal: number, title: string) => [
  id,
  { item: id, ordinal, title, openedAt: '', closedAt: null, conclusion: null },
];
const discussing = (currentItem: AgendaItemId | null): MeetingState =>
  ({
    currentItem,
    items: Object.fromEntries([item(budget, 3, 'Dự toán'), item(staff, 4, 'Nhân sự')]),
    rules: BODY_PRESETS['peoples-committee'],
  }) as unknown as MeetingState;

it('a vote is of the item that it was asked for, also when the meeting has gone on before it is opened', () => {
  const asked = { item: budget, text: 'Thông qua dự toán' };
  const first = discussing(budget);
  expect(itemsOf(asked, first)).toEqual({ of: first.items[budget], now: undefined });
  const later = discussing(staff);
  expect(actOf(asked, ' Thông qua dự toán 2027 ', later)).toMatchObject({
    item: budget,
    text: 'Thông qua dự toán 2027',
  });
  expect(itemsOf(asked, later)).toEqual({ of: later.items[budget], now: later.items[staff] });
  expect(itemsOf(asked, discussing(null)).now).toBeNull();
});

it('one that was asked for while no item was open is of none', () => {
  const asked = { item: null, text: 'Chương trình' };
  expect(actOf(asked, asked.text, discussing(staff)).item).toBeNull();
  expect(itemsOf(asked, discussing(null))).toEqual({ of: null, now: undefined });
  expect(itemsOf(asked, discussing(staff)).now?.ordinal).toBe(4);
});
