import { create } from 'zustand';
import { RequestFailure } from '../bridge/phien.ts';

export interface Notice {
  readonly id: number;
  readonly intent: 'success' | 'info' | 'warning' | 'error';
  /** i18n key and its values. */
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

interface Notices {
  readonly notices: readonly Notice[];
}

let next = 1;

/** Short messages in the corner; the application shows them. */
export const useNotices = create<Notices>(() => ({ notices: [] }));

export function notify(
  intent: Notice['intent'],
  key: string,
  params: Readonly<Record<string, string | number>> = {},
): void {
  const notice = { id: next, intent, key, params };
  next += 1;
  useNotices.setState(({ notices }) => ({ notices: [...notices.slice(-3), notice] }));
}

/** Tells a refusal in its own sentence; a defect of ours in the general one. */
export function notifyFailure(error: unknown): void {
  if (error instanceof RequestFailure) notify('error', `errors.${error.code}`, error.params);
  else {
    console.error(error);
    notify('error', 'errors.internal');
  }
}

export function dismissNotice(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}
