import { expect, it } from 'vitest';
import { speakingTime } from './speaking-time.ts';

it('tells what is left, that it is up, how far it is over, or what was spoken without a limit', () => {
  const says = [0, 59.2, 59.9, 60, 60.9, 61, 75.5].map((spoken) => speakingTime(spoken, 60));
  expect(says).toEqual([
    { says: 'left', time: 60 },
    { says: 'left', time: 1 },
    { says: 'left', time: 1 },
    { says: 'up', time: 0 },
    { says: 'up', time: 0 },
    { says: 'over', time: 1 },
    { says: 'over', time: 15.5 },
  ]);
  expect(speakingTime(75, 0)).toEqual({ says: 'spoken', time: 75 });
});
