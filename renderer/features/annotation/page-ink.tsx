import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { addNote, addStroke, annotationId, removeAnnotations } from '../../../common/collab/annotations.ts';
import type { PageGeometry } from '../../ui/page-overlay.ts';
import { paintDry, paintLive, type DryPainting } from './paint-page.ts';
import { useInkSettings, type InkSettings, type InkTool } from './ink-settings.ts';
import { OWN_CHANGE } from './own-history.ts';
import { beginGesture } from './tools/begin-gesture.ts';
import type { Gesture, InkSurface, PointerSample } from './tools/gesture.ts';
import { panning } from './tools/panning.ts';
import type { OpenLayer, OwnInk } from './use-sessions.ts';
import { startWetInk } from './wet-ink.ts';

const NOTHING: ReadonlySet<string> = new Set();
/** Once a pen was used, fingers move the paper and never draw: hands rest on tablets. */
let penWasSeen = false;

/** All ink of one page, and the surface to write on. */
export function PageInk(props: {
  readonly geometry: PageGeometry;
  readonly layers: readonly OpenLayer[];
  readonly own: OwnInk | undefined;
  colourOf(layer: OpenLayer): string;
}): ReactNode {
  const { geometry, layers, own, colourOf } = props;
  const settings = useInkSettings();
  const surface = useRef<HTMLDivElement>(null);
  const highlights = useRef<HTMLCanvasElement>(null);
  const dry = useRef<HTMLCanvasElement>(null);
  const remote = useRef<HTMLCanvasElement>(null);
  const wet = useRef<HTMLCanvasElement>(null);
  const painting = useRef<DryPainting>(undefined);
  const [faded, setFaded] = useState(NOTHING);
  const { hideOthers } = settings;
  const shown = useMemo(() => (hideOthers ? layers.filter((layer) => layer.own) : layers), [layers, hideOthers]);
  const names = useRef(colourOf);
  names.current = colourOf;

  const paint = useCallback(() => {
    if (dry.current === null || highlights.current === null) return;
    painting.current = paintDry(
      { dry: dry.current, highlights: highlights.current },
      geometry,
      shown,
      faded,
      painting.current,
    );
  }, [geometry, shown, faded]);

  useLayoutEffect(() => {
    paint();
    // At once, not in the next frame: the wet ink of a stroke goes when its dry ink is there.
    const stops = shown.map((layer) => layer.view.subscribe((pages) => pages.has(geometry.page) && paint()));
    return () => stops.forEach((stop) => stop());
  }, [paint, shown, geometry.page]);

  useEffect(() => {
    let frame = 0;
    const draw = (): void => {
      frame = 0;
      if (remote.current !== null) paintLive(remote.current, geometry, shown, (layer) => names.current(layer));
    };
    const schedule = (): void => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    schedule();
    const stops = shown.map((layer) => layer.live.subscribe(schedule));
    return () => {
      cancelAnimationFrame(frame);
      stops.forEach((stop) => stop());
    };
  }, [geometry, shown]);

  const pointers = usePointerGestures(surface, geometry, settings.tool, () => {
    if (own === undefined) return undefined;
    const now = useInkSettings.getState();
    return { settings: now, surface: inkSurface(own, now.mode) };
  });

  function inkSurface(writer: OwnInk, mode: InkSettings['mode']): InkSurface {
    const { doc } = writer.layers[mode].document;
    const scroller = scrollingParent(surface.current);
    return {
      geometry,
      scroller,
      startWetInk: (pen) => startWetInk(wet.current as HTMLCanvasElement, geometry, scroller, pen),
      live: mode === 'shared' ? writer.live : undefined,
      newId: () => annotationId(Date.now(), Math.random),
      commit: (id, stroke) => addStroke(doc, id, stroke, OWN_CHANGE),
      ownStrokes: () =>
        layers.filter((layer) => layer.own).flatMap((layer) => [...layer.view.strokesOn(geometry.page)]),
      fade: (ids) => setFaded(ids.size === 0 ? NOTHING : new Set(ids)),
      erase(ids) {
        for (const layer of layers) if (layer.own) removeAnnotations(layer.layer.document.doc, ids, OWN_CHANGE);
      },
      placeNote(x, y) {
        const id = annotationId(Date.now(), Math.random);
        addNote(doc, { id, page: geometry.page, x, y, at: Date.now(), text: '' }, OWN_CHANGE);
        useInkSettings.getState().set({ openNote: id, tool: 'select' });
      },
    };
  }

  return (
    <>
      <canvas className="ink-canvas ink-highlights" ref={highlights} aria-hidden="true" />
      <canvas className="ink-canvas" ref={dry} aria-hidden="true" data-testid={`ink-${geometry.page}`} />
      <canvas className="ink-canvas" ref={remote} aria-hidden="true" />
      <canvas className="ink-wet" ref={wet} aria-hidden="true" width={0} height={0} />
      {own !== undefined && settings.tool !== 'select' && (
        <div
          ref={surface}
          className={`ink-surface ink-surface-${settings.tool}`}
          data-testid={`ink-surface-${geometry.page}`}
          {...pointers}
        />
      )}
    </>
  );
}

interface GestureStart {
  readonly settings: InkSettings;
  readonly surface: InkSurface;
}

/** Turns pointer events into one gesture at a time. */
function usePointerGestures(
  element: { readonly current: HTMLDivElement | null },
  geometry: PageGeometry,
  tool: InkTool,
  start: () => GestureStart | undefined,
) {
  const active = useRef<{ readonly gesture: Gesture; readonly pointer: number }>(undefined);

  // A page that leaves, a tool changed by a key or a zoom ends the gesture under way.
  useEffect(() => () => stop((gesture) => gesture.cancel()), [tool, geometry.page, geometry.width, geometry.height]);

  function stop(how: (gesture: Gesture) => void): void {
    const ended = active.current;
    active.current = undefined;
    if (ended !== undefined) how(ended.gesture);
  }

  function sample(event: globalThis.PointerEvent, box: DOMRect): PointerSample {
    return {
      left: Math.min(geometry.width, Math.max(0, event.clientX - box.left)),
      top: Math.min(geometry.height, Math.max(0, event.clientY - box.top)),
      clientX: event.clientX,
      clientY: event.clientY,
      pressure: event.pointerType === 'pen' ? Math.round(event.pressure * 255) : undefined,
    };
  }

  return {
    onPointerDown(event: PointerEvent<HTMLDivElement>) {
      // Left button, pen tip, finger; or the pen's other end, which reports the "eraser" button.
      const eraserEnd = event.pointerType === 'pen' && (event.buttons & 32) !== 0;
      if (event.button !== 0 && !eraserEnd) return;
      penWasSeen ||= event.pointerType === 'pen';
      const begin = start();
      const box = element.current?.getBoundingClientRect();
      if (begin === undefined || box === undefined) return;
      const first = sample(event.nativeEvent, box);
      const finger = event.pointerType === 'touch';
      if (active.current !== undefined) {
        // A second finger means moving the paper; a finger beside a writing pen is a resting hand.
        if (!finger || penWasSeen) return;
        stop((gesture) => gesture.cancel());
        active.current = { gesture: panning(begin.surface, first), pointer: event.pointerId };
        return;
      }
      const gesture =
        finger && penWasSeen
          ? panning(begin.surface, first)
          : beginGesture(begin.settings, begin.surface, first, eraserEnd);
      if (gesture === undefined) return;
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      active.current = { gesture, pointer: event.pointerId };
    },
    onPointerMove(event: PointerEvent<HTMLDivElement>) {
      const box = element.current?.getBoundingClientRect();
      if (active.current?.pointer !== event.pointerId || box === undefined) return;
      const coalesced = event.nativeEvent.getCoalescedEvents();
      const events = coalesced.length > 0 ? coalesced : [event.nativeEvent];
      active.current.gesture.move(events.map((each) => sample(each, box)));
    },
    onPointerUp(event: PointerEvent<HTMLDivElement>) {
      if (active.current?.pointer === event.pointerId) stop((gesture) => gesture.finish());
    },
    onPointerCancel(event: PointerEvent<HTMLDivElement>) {
      if (active.current?.pointer === event.pointerId) stop((gesture) => gesture.cancel());
    },
    onLostPointerCapture(event: PointerEvent<HTMLDivElement>) {
      if (active.current?.pointer === event.pointerId) stop((gesture) => gesture.cancel());
    },
  };
}

function scrollingParent(element: HTMLElement | null): HTMLElement | null {
  for (let parent = element?.parentElement ?? null; parent !== null; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return null;
}
