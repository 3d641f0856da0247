import { useCallback, useEffect, useState } from 'react';
import type { MeetingId, MemberId, Sha256 } from '../../../common/domain/ids.ts';
import { request } from '../../bridge/phien.ts';

/** How far a paper is on a laptop. */
export interface Way {
  /** Bytes. */
  readonly have: number;
  readonly bytesPerSecond: number;
  readonly active: boolean;
}

interface Seen extends Way {
  /** When its bytes began to grow. */
  readonly from: { readonly have: number; readonly at: number };
}

const ASK_EVERY = 3000;

/** Asks the other laptops while the board is shown. Papers come in chunks, so a speed is the mean since it began. */
export function usePapersElsewhere(meeting: MeetingId): (member: MemberId, paper: Sha256) => Way | undefined {
  const [ways, setWays] = useState<ReadonlyMap<string, Seen>>(new Map());

  useEffect(() => {
    let shown = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function ask(): Promise<void> {
      // Who doesn't answer shows as not known; the next question comes anyway.
      const told = await request('papers.board', { meeting }).catch(() => []);
      if (!shown) return;
      const at = performance.now();
      setWays((before) => {
        const entries = told.map(({ member, paper, have, active }) => {
          const name = `${member} ${paper}`;
          const from = before.get(name)?.from;
          const begun = from && active && have > from.have ? from : { have, at };
          const bytesPerSecond = begun === from ? ((have - from.have) * 1000) / Math.max(1, at - from.at) : 0;
          return [name, { have, active, bytesPerSecond, from: begun }] as const;
        });
        return new Map(entries);
      });
      timer = setTimeout(() => void ask(), ASK_EVERY);
    }
    void ask();
    return () => {
      shown = false;
      clearTimeout(timer);
    };
  }, [meeting]);

  return useCallback((member, paper) => ways.get(`${member} ${paper}`), [ways]);
}
