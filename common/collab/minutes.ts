import type * as Y from 'yjs';
import type { AgendaItemId } from '../domain/ids.ts';

/** Free text of the minutes: one rich-text fragment before the items, one per item, one at the end. Facts come from acts. */
export type MinutesSection = 'opening' | 'closing' | AgendaItemId;

export function minutesSection(doc: Y.Doc, section: MinutesSection): Y.XmlFragment {
  return doc.getXmlFragment(`section/${section}`);
}
