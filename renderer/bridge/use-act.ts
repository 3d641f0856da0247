import { useCallback, useState } from 'react';
import type { ActBody, ActKind } from '../../common/acts/acts.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import { notifyFailure } from '../ui/notify.ts';
import { request } from './phien.ts';

export interface Acting {
  /** Signs and keeps an official act. False when it was refused; the refusal has then been shown. */
  act<K extends ActKind>(kind: K, body: ActBody<K>): Promise<boolean>;
  /** Acts under way. */
  readonly busy: boolean;
}

export function useAct(meeting: MeetingId): Acting {
  const [running, setRunning] = useState(0);
  const act = useCallback(
    async <K extends ActKind>(kind: K, body: ActBody<K>): Promise<boolean> => {
      setRunning((count) => count + 1);
      try {
        await request('meetings.act', { meeting, kind, body: { ...body } });
        return true;
      } catch (error) {
        notifyFailure(error);
        return false;
      } finally {
        setRunning((count) => count - 1);
      }
    },
    [meeting],
  );
  return { act, busy: running > 0 };
}

/** A fresh id for a motion or a request to speak. */
export const newLocalId = (): string => crypto.randomUUID().replaceAll('-', '').slice(0, 24);
