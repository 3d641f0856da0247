import type { Awareness } from 'y-protocols/awareness';
import type { AnnotationView } from '../../../common/collab/annotation-view.ts';
import { packLiveInk, readLiveInk } from '../../../common/collab/annotations.ts';
import { MAX_STROKE_POINTS, type Stroke } from '../../../common/collab/stroke.ts';

/** About thirty frames a second: smooth to the eye, light on a small router. Milliseconds. */
const SEND_EVERY = 33;
/** A lifted stroke stays visible this long while its document change is on the way. Milliseconds. */
const KEEP_LIFTED = 1500;

export interface LiveInkSender {
  /** `stroke` is called only when a frame is due. */
  drawing(id: string, stroke: () => Stroke): void;
  /** The pen lifted, or the stroke was given up. */
  stop(): void;
}

/** Shows the others a stroke while it is being drawn. */
export function sendLiveInk(awareness: Awareness): LiveInkSender {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  let due: (() => void) | undefined;

  function set(ink: unknown): void {
    awareness.setLocalState({ ...awareness.getLocalState(), ink });
  }
  function flush(): void {
    timer = undefined;
    last = performance.now();
    due?.();
    due = undefined;
  }

  return {
    drawing(id, stroke) {
      due = () => set(packLiveInk(id, stroke()));
      timer ??= setTimeout(flush, Math.max(0, SEND_EVERY - (performance.now() - last)));
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      due = undefined;
      if (awareness.getLocalState()?.['ink'] != null) set(null);
    },
  };
}

export interface LiveStroke {
  readonly id: string;
  readonly stroke: Stroke;
  readonly lifted: boolean;
}

export interface LiveInkView {
  strokesOn(page: number): readonly LiveStroke[];
  subscribe(listener: () => void): () => void;
  destroy(): void;
}

interface Growing {
  id: string;
  head: Stroke;
  coordinates: number[];
  lifted: boolean;
}

/** Strokes that others are drawing right now in one document, until they arrive as part of it. */
export function viewLiveInk(awareness: Awareness, document: AnnotationView): LiveInkView {
  const byClient = new Map<number, Growing>();
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  const listeners = new Set<() => void>();
  const announce = (): void => {
    for (const listener of listeners) listener();
  };

  function forget(client: number): void {
    clearTimeout(timers.get(client));
    timers.delete(client);
    byClient.delete(client);
  }

  function read(client: number): void {
    const ink = readLiveInk(awareness.getStates().get(client)?.['ink']);
    const growing = byClient.get(client);
    if (ink === undefined) {
      if (growing === undefined || growing.lifted) return;
      growing.lifted = true;
      timers.set(
        client,
        setTimeout(() => {
          forget(client);
          announce();
        }, KEEP_LIFTED),
      );
      return;
    }
    if (growing?.id !== ink.id) {
      forget(client);
      byClient.set(client, { id: ink.id, head: ink.stroke, coordinates: [...ink.stroke.points], lifted: false });
      return;
    }
    // Frames overlap; one that comes late or after a gap is joined as well as it can be.
    growing.coordinates.length = Math.min(growing.coordinates.length, ink.from * 2);
    growing.coordinates.push(...ink.stroke.points);
    if (growing.coordinates.length > MAX_STROKE_POINTS * 2) growing.coordinates.splice(0, ink.stroke.points.length);
  }

  const onChange = (change: { added: number[]; updated: number[]; removed: number[] }): void => {
    for (const client of [...change.added, ...change.updated, ...change.removed]) {
      if (client !== awareness.clientID) read(client);
    }
    announce();
  };
  const unsubscribe = document.subscribe(() => {
    for (const [client, growing] of byClient) {
      if (growing.lifted && document.hasStroke(growing.id)) forget(client);
    }
    announce();
  });
  awareness.on('change', onChange);

  return {
    strokesOn(page) {
      const found: LiveStroke[] = [];
      for (const { id, head, coordinates, lifted } of byClient.values()) {
        if (head.page !== page || document.hasStroke(id)) continue;
        found.push({ id, lifted, stroke: { ...head, points: Float64Array.from(coordinates) } });
      }
      return found;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    destroy() {
      awareness.off('change', onChange);
      unsubscribe();
      for (const client of [...byClient.keys()]) forget(client);
      listeners.clear();
    },
  };
}
