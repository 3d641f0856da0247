import { useCallback, useMemo, useRef } from 'react';
import type { Presenting } from '../../common/collab/floor.ts';
import type { MeetingView, PaperStatus } from '../../common/contract/requests.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import type { MeetingState } from '../../common/domain/meeting-state.ts';
import type { FloorView } from '../collab/floor.ts';
import { request, RequestFailure } from '../bridge/phien.ts';
import { useDocuments } from '../collab/open-document.ts';
import type { AnnotationLayer, OwnLayers } from '../features/annotation/layer.ts';
import { useAnnotation } from '../features/annotation/use-annotation.tsx';
import type { PaperArrival } from '../features/papers/paper-arrival.tsx';
import { Reader } from '../features/papers/paper-reader.tsx';
import { PaperUnavailable, type Unavailable } from '../features/papers/paper-source.ts';
import { nameOn } from '../ui/names.ts';
import { notifyFailure } from '../ui/notify.ts';

/** Colours of people's ink, told apart on white paper; names stand beside them, so that no colour is needed to know. */
const COLOURS = ['#0b6a0b', '#8e562e', '#5c2e91', '#005b70', '#a4262c', '#004e8c', '#8a5a00', '#b4009e', '#486860'];

/** Refusals after which a chunk needn't be asked for again. */
const NEVER: Readonly<Record<string, Unavailable>> = {
  'paper-withdrawn': 'withdrawn',
  'paper-unusable': 'unusable',
  'paper-damaged': 'unreadable',
  'no-such-chunk': 'unreadable',
  'unknown-meeting': 'unreadable',
};
/** After other failures: too many wait, the engine starts again. Milliseconds. */
const REST = 1000;

interface Props {
  readonly view: MeetingView;
  readonly state: MeetingState;
  readonly paper: { readonly sha256: Sha256; readonly title: string };
  /** How far it is here; undefined: not known, or not yet. */
  readonly status: PaperStatus | undefined;
  readonly floor: FloorView;
  readonly following: boolean;
  readonly onFollowing: (following: boolean) => void;
  /** Signed minutes are read, not written on. */
  readonly writable: boolean;
  readonly mayPresent: boolean;
}

/** A paper with everybody's ink over it, following whoever shows it. */
export function PaperPane(props: Props) {
  const { view, state, paper, floor } = props;
  const overlay = useAnnotation(useLayers(view, state, paper.sha256, props.writable));
  const arrival = useArrival(view.summary.meeting, paper.sha256, props.status);
  const page = useRef(1);
  const shown: Presenting | null = state.phase !== 'closed' && floor.shown?.paper === paper.sha256 ? floor.shown : null;
  const presenting = floor.mine?.paper === paper.sha256;

  const onPageChange = useCallback(
    (now: number) => {
      page.current = now;
      if (presenting) floor.show({ paper: paper.sha256, page: now });
    },
    [presenting, floor, paper.sha256],
  );

  return (
    <Reader
      paper={{ sha256: paper.sha256, title: paper.title, url: `phien://paper/${paper.sha256}` }}
      arrival={arrival}
      presenterPage={shown?.page}
      presenterName={(floor.shownBy && nameOn(state, floor.shownBy)) ?? view.connection.carriedBy ?? undefined}
      following={shown !== null && props.following}
      onLeaveFollowing={() => props.onFollowing(false)}
      onReturnToFollowing={() => props.onFollowing(true)}
      onPageChange={onPageChange}
      overlay={overlay}
      {...(props.mayPresent
        ? {
            presenting,
            onPresentingChange: (now: boolean) => floor.show(now ? { paper: paper.sha256, page: page.current } : null),
          }
        : {})}
    />
  );
}

async function comingChunk(
  meeting: MeetingId,
  paper: Sha256,
  chunk: number,
  urgent: boolean,
): Promise<Uint8Array | null> {
  try {
    return await request('papers.chunk', { meeting, paper, chunk, urgent });
  } catch (error) {
    const never = error instanceof RequestFailure ? NEVER[error.code] : undefined;
    if (never) throw new PaperUnavailable(never, { cause: error });
    await new Promise((resolve) => setTimeout(resolve, REST));
    return null;
  }
}

function useArrival(meeting: MeetingId, paper: Sha256, status: PaperStatus | undefined): PaperArrival | undefined {
  const size = status?.size;
  const source = useMemo(
    () =>
      size === undefined
        ? undefined
        : { size, chunk: (index: number, urgent: boolean) => comingChunk(meeting, paper, index, urgent) },
    [meeting, paper, size],
  );
  return (
    source &&
    status && {
      size: status.size,
      have: status.have,
      state: status.state,
      lost: status.lost,
      pause: status.pause,
      source,
      onFetch: () => void request('papers.pause', { meeting, paused: false }).catch(notifyFailure),
    }
  );
}

/** One document per person and paper; my private one besides. */
function useLayers(view: MeetingView, state: MeetingState, paper: Sha256, writable: boolean) {
  const { meeting, readOnly } = view.summary;
  const me = view.me.member;
  const onRoster = state.roster.some(({ member }) => member === me);
  const mine = onRoster && !readOnly && writable;
  const names = useMemo(
    () => [
      ...state.roster.map(({ member }) => `${meeting}/ink/${paper}/${member}`),
      ...(mine ? [`${meeting}/private/${paper}`] : []),
    ],
    [meeting, paper, state.roster, mine],
  );
  const documents = useDocuments(names);
  return useMemo(() => {
    const layers: AnnotationLayer[] = [];
    let own: OwnLayers | undefined;
    const privateDocument = mine ? documents[state.roster.length] : undefined;
    state.roster.forEach(({ member, name }, index) => {
      const document = documents[index];
      if (!document) return;
      const shared: AnnotationLayer = { author: member, name, visibility: 'shared', document };
      if (member === me && privateDocument) {
        own = { shared, private: { author: member, name, visibility: 'private', document: privateDocument } };
        layers.push(shared, own.private);
      } else layers.push(shared);
    });
    const members = new Map(
      state.roster.map(({ member, name }, index) => [
        member as string,
        { name, colour: COLOURS[index % COLOURS.length] as string },
      ]),
    );
    return { layers, own, members };
  }, [documents, state.roster, me, mine]);
}
