import { expect, it } from 'vitest';
import type { WantedPaper } from '../../common/collab/paper-parts.ts';
import { asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { holdingsElsewhere } from './papers-board.ts';

const member = (n: number) => asMemberId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const chunk = asSha256('c'.repeat(64));
const paper = { sha256: asSha256('a'.repeat(64)), size: 1000, chunks: [chunk] } as unknown as WantedPaper;

it('asks those of a large room who lack something, and not those who have everything', async () => {
  const laptops = Array.from({ length: 60 }, (_, n) => ({ member: member(n), address: `10.0.0.${n}:7443` }));
  const asked: string[] = [];
  const holdings = await holdingsElsewhere({
    me: member(0),
    papers: [paper],
    laptops,
    receivedBy: () => Array.from({ length: 50 }, (_, n) => member(n)),
    ask({ address }) {
      asked.push(address);
      return Promise.resolve([null]);
    },
  });
  expect(asked).toEqual(laptops.slice(50).map(({ address }) => address));
  expect(holdings).toEqual([]);
});
