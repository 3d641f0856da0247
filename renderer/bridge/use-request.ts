import { useCallback, useEffect, useRef, useState } from 'react';
import type { EventName, Events, RequestInput, RequestName, RequestOutputs } from '../../common/contract/requests.ts';
import { onEvent, request, RequestFailure } from './phien.ts';

export interface Asking<N extends RequestName> {
  /** Undefined when it was refused; `failure` then says why. */
  run(input: RequestInput<N>): Promise<RequestOutputs[N] | undefined>;
  readonly busy: boolean;
  readonly failure: RequestFailure | null;
  clear(): void;
}

/** One request that a person starts: whether it is under way, and why it was refused. */
export function useRequest<N extends RequestName>(name: N): Asking<N> {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<RequestFailure | null>(null);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  const run = useCallback(
    async (input: RequestInput<N>) => {
      setBusy(true);
      setFailure(null);
      try {
        return await request(name, input);
      } catch (error) {
        if (alive.current) setFailure(error instanceof RequestFailure ? error : new RequestFailure('internal'));
        return undefined;
      } finally {
        if (alive.current) setBusy(false);
      }
    },
    [name],
  );
  const clear = useCallback(() => setFailure(null), []);
  return { run, busy, failure, clear };
}

export function useEvent<N extends EventName>(name: N, listener: (payload: Events[N]) => void): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => onEvent(name, (payload) => latest.current(payload)), [name]);
}
