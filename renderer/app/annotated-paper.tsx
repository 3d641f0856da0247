import type { ReactNode } from 'react';
import type { AnnotationLayer, Member, OwnLayers } from '../features/annotation/layer.ts';
import { useAnnotation } from '../features/annotation/use-annotation.tsx';
import { Reader, type ReaderProps } from '../features/papers/paper-reader.tsx';

export type PaperReaderProps = Omit<ReaderProps, 'overlay'> & {
  /** Everybody's ink on this paper; the own layers may be among them or not. */
  readonly layers: readonly AnnotationLayer[];
  /** Undefined for those who may only look. */
  readonly own: OwnLayers | undefined;
  /** By member id: the colours of names and notes. Keep the same map while nothing changes. */
  readonly members: ReadonlyMap<string, Member>;
};

/** A paper to read and to write on. Joins two features that know nothing of each other. */
export function PaperReader(props: PaperReaderProps): ReactNode {
  const { layers, own, members, ...reader } = props;
  const overlay = useAnnotation({ layers, own, members });
  return <Reader {...reader} overlay={overlay} />;
}
