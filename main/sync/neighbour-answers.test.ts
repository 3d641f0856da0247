import { describe, expect, it } from 'vitest';
import { encodeChunks, type PaperHolding } from '../../common/wire/paper-holding.ts';
import { neighbourAnswers } from './neighbour-answers.ts';

const holding = (part: Partial<PaperHolding> & { here?: number[] }): PaperHolding => ({
  chunks: encodeChunks(8, (chunk) => part.here?.includes(chunk) === true),
  coming: part.coming ?? [],
  received: part.received ?? 0,
  active: part.active ?? true,
});

function watched() {
  let time = 0;
  const answers = neighbourAnswers(() => time);
  /** Every half second the same answer, as a neighbour is asked. */
  const hears = (milliseconds: number, answer: (at: number) => PaperHolding | null) => {
    for (const end = time + milliseconds; time < end; time += 500) answers.note(answer(time));
  };
  return { answers, hears };
}

describe('[PAPER-8] what is left to a neighbour', () => {
  it('is left to one that has not answered yet, but not for long', () => {
    const { answers, hears } = watched();
    expect(answers.settled()).toBe(false);
    expect(answers.lively()).toBe(true);
    hears(4500, () => null);
    expect(answers.settled()).toBe(true);
    expect(answers.lively()).toBe(true);
    hears(1000, () => null);
    expect(answers.lively()).toBe(false);
    expect(answers.gone()).toBe(true);
  });

  it('is left longer to one of which nothing is heard, which may only be busy', () => {
    let time = 0;
    const answers = neighbourAnswers(() => time);
    time = 14_000;
    expect(answers.gone()).toBe(false);
    time = 20_000;
    expect(answers.gone()).toBe(true);
    answers.note(holding({}));
    expect(answers.gone()).toBe(false);
  });

  it('is not left to one that pauses', () => {
    const { answers, hears } = watched();
    hears(5500, () => holding({ active: false }));
    expect(answers.gone()).toBe(true);
    hears(500, () => holding({}));
    expect(answers.gone()).toBe(false);
  });

  it('[PAPER-12] is not left to one that hands nothing out, whatever it has and fetches', () => {
    const { answers, hears } = watched();
    hears(1000, () => holding({ here: [1], coming: [3], received: 1 }));
    expect([answers.has(1), answers.coming(3)]).toEqual([true, true]);
    hears(5500, (at) => ({ ...holding({ here: [1, 2], coming: [3], received: at }), withheld: true }));
    expect([answers.has(1), answers.has(2), answers.coming(3), answers.gone()]).toEqual([false, false, false, true]);
    hears(500, () => holding({ here: [1, 2, 3] }));
    expect([answers.has(2), answers.gone()]).toEqual([true, false]);
  });

  it('is left to a slow one as long as bytes come to it', () => {
    const { answers, hears } = watched();
    hears(120_000, (at) => holding({ coming: [3], received: at }));
    expect(answers.coming(3)).toBe(true);
    expect(answers.lively()).toBe(true);
    hears(60_000, () => holding({ coming: [3], received: 120_000, here: [1] }));
    expect(answers.coming(3)).toBe(false);
    expect(answers.lively()).toBe(false);
    // It may still be the only one there is: gone is more than slow.
    expect(answers.gone()).toBe(false);
  });

  it('is not left long to one that fetches other papers first', () => {
    const { answers, hears } = watched();
    hears(50_000, (at) => holding({ received: at }));
    expect(answers.lively()).toBe(true);
    hears(20_000, (at) => holding({ received: at }));
    expect(answers.lively()).toBe(false);
  });

  it('is not left for ever to one that only pretends', () => {
    const { answers, hears } = watched();
    hears(310_000, (at) => holding({ coming: [0, 1, 2], received: at }));
    expect(answers.coming(1)).toBe(false);
    expect(answers.gone()).toBe(true);
  });

  it('stays left to it while nobody has anything to fetch', () => {
    const { answers, hears } = watched();
    for (let minute = 0; minute < 10; minute++) {
      hears(10_000, () => holding({}));
      answers.excuse();
    }
    expect(answers.lively()).toBe(true);
  });
});
