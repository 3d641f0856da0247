import { useEffect } from 'react';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import { request } from './phien.ts';

/** Tells the engine which paper is in front, so that it is fetched first. Without it papers only come in another order. */
export function useReading(meeting: MeetingId, paper: Sha256 | null): void {
  useEffect(() => {
    request('papers.reading', { meeting, paper }).catch(() => undefined);
  }, [meeting, paper]);
}
