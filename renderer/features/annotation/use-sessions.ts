import { useEffect, useMemo, useRef, useState } from 'react';
import { viewAnnotations, type AnnotationView } from '../../../common/collab/annotation-view.ts';
import type { AnnotationLayer, OwnLayers } from './layer.ts';
import { sendLiveInk, viewLiveInk, type LiveInkSender, type LiveInkView } from './live-ink.ts';
import { createOwnHistory, type OwnHistory } from './own-history.ts';

/** A layer with its document decoded. */
export interface OpenLayer {
  readonly layer: AnnotationLayer;
  readonly own: boolean;
  readonly view: AnnotationView;
  readonly live: LiveInkView;
}

const NO_LAYERS: readonly OpenLayer[] = [];

/** Decodes every layer once and keeps what it has decoded while other layers come and go. */
export function useOpenLayers(layers: readonly AnnotationLayer[], own: OwnLayers | undefined): readonly OpenLayer[] {
  const open = useRef(new Map<string, Pick<OpenLayer, 'view' | 'live'>>());
  const [opened, setOpened] = useState<readonly OpenLayer[]>(NO_LAYERS);
  const all = useMemo(() => withOwn(layers, own), [layers, own]);
  // Documents are told apart by themselves, names by their text: a list that is merely new must not reopen anything.
  const key = all.map((layer) => `${layer.document.doc.guid} ${layer.visibility} ${layer.name}`).join('\n');
  const latest = useRef(all);
  latest.current = all;
  const ownGuids = own === undefined ? '' : `${own.shared.document.doc.guid} ${own.private.document.doc.guid}`;

  useEffect(() => {
    const wanted = new Set(latest.current.map((layer) => layer.document.doc.guid));
    for (const [guid, { view, live }] of open.current) {
      if (wanted.has(guid)) continue;
      live.destroy();
      view.destroy();
      open.current.delete(guid);
    }
    setOpened(
      latest.current.map((layer) => {
        const { doc, awareness } = layer.document;
        let decoded = open.current.get(doc.guid);
        if (decoded === undefined) {
          const view = viewAnnotations(doc);
          decoded = { view, live: viewLiveInk(awareness, view) };
          open.current.set(doc.guid, decoded);
        }
        return { layer, own: ownGuids.includes(doc.guid), ...decoded };
      }),
    );
  }, [key, ownGuids]);

  useEffect(() => {
    const decoded = open.current;
    return () => {
      for (const { view, live } of decoded.values()) {
        live.destroy();
        view.destroy();
      }
      decoded.clear();
      setOpened(NO_LAYERS);
    };
  }, []);
  return opened;
}

function withOwn(layers: readonly AnnotationLayer[], own: OwnLayers | undefined): readonly AnnotationLayer[] {
  if (own === undefined) return layers;
  const mine = [own.shared, own.private];
  return [...layers.filter((layer) => mine.every((other) => other.document.doc !== layer.document.doc)), ...mine];
}

/** What writing in the own documents needs. */
export interface OwnInk {
  readonly layers: OwnLayers;
  readonly history: OwnHistory;
  readonly live: LiveInkSender;
}

export function useOwnInk(own: OwnLayers | undefined): OwnInk | undefined {
  const [ink, setInk] = useState<OwnInk>();
  const latest = useRef(own);
  latest.current = own;
  const guids = own && `${own.shared.document.doc.guid} ${own.private.document.doc.guid}`;

  useEffect(() => {
    const layers = latest.current;
    if (layers === undefined) return;
    const history = createOwnHistory([layers.shared.document.doc, layers.private.document.doc]);
    // Only the shared document's: nothing of the private one is ever given to a sender.
    const live = sendLiveInk(layers.shared.document.awareness);
    setInk({ layers, history, live });
    return () => {
      live.stop();
      history.destroy();
      setInk(undefined);
    };
  }, [guids]);
  return ink;
}
