import { create } from 'zustand';
import type { MeetingId } from '../../common/domain/ids.ts';

export type View =
  | { readonly screen: 'home' }
  | { readonly screen: 'people' }
  | { readonly screen: 'verify' }
  | { readonly screen: 'settings' }
  /** `from`: the meeting to go back to; null: the settings. */
  | { readonly screen: 'diagnostics'; readonly from: MeetingId | null }
  | { readonly screen: 'prepare'; readonly meeting: MeetingId }
  | { readonly screen: 'meeting'; readonly meeting: MeetingId };

interface Router {
  readonly view: View;
}

/** Which screen is shown: view state of this window alone. */
export const useRouter = create<Router>(() => ({ view: { screen: 'home' } }));

export const go = (view: View): void => useRouter.setState({ view });
export const goHome = (): void => go({ screen: 'home' });
