import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { MemberId } from '../../../common/domain/ids.ts';

/** What one author wrote on one paper: a document of its own, so that no one can write in another's. */
export interface AnnotationLayer {
  readonly author: MemberId;
  readonly name: string;
  /** A private layer's document exists on its author's laptop only. */
  readonly visibility: 'shared' | 'private';
  readonly document: { readonly doc: Y.Doc; readonly awareness: Awareness };
}

export interface OwnLayers {
  readonly shared: AnnotationLayer;
  readonly private: AnnotationLayer;
}

export interface Member {
  readonly name: string;
  /** CSS colour. */
  readonly colour: string;
}

/** Without a member's colour: neutral, so that it claims nothing. */
export const NEUTRAL_COLOUR = '#5c5c5c';
