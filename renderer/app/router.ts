import { z } from 'zod';
import { create } from 'zustand';
import { asMeetingId, type MeetingId } from '../../common/domain/ids.ts';
import { keepHere, keptHere } from '../ui/kept-here.ts';

export type View =
  | { readonly screen: 'home' }
  | { readonly screen: 'people' }
  | { readonly screen: 'verify' }
  | { readonly screen: 'settings' }
  /** The own certificate gets a successor. */
  | { readonly screen: 'renew' }
  /** `from`: the meeting to go back to; null: the settings. */
  | { readonly screen: 'diagnostics'; readonly from: MeetingId | null }
  | { readonly screen: 'prepare'; readonly meeting: MeetingId }
  | { readonly screen: 'meeting'; readonly meeting: MeetingId };

interface Router {
  readonly view: View;
}

const KEY = 'view';
const meeting = z.string().transform(asMeetingId);
const viewSchema = z.discriminatedUnion('screen', [
  z.object({ screen: z.enum(['home', 'people', 'verify', 'settings']) }),
  z.object({ screen: z.enum(['prepare', 'meeting']), meeting }),
]) as z.ZodType<View>;

/** A window that crashed twice in a row is told not to go where it crashed. */
const fresh = new URLSearchParams(location.search).has('fresh');

/** Which screen is shown: view state of this window alone. */
export const useRouter = create<Router>(() => ({
  view: (fresh ? undefined : keptHere(KEY, viewSchema)) ?? { screen: 'home' },
}));

export function go(view: View): void {
  keepHere(KEY, view);
  useRouter.setState({ view });
}
export const goHome = (): void => go({ screen: 'home' });
