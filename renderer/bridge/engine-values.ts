import type { MeetingId } from '../../common/domain/ids.ts';
import type { RequestInput } from '../../common/contract/requests.ts';
import { notifyFailure } from '../ui/notify.ts';
import { useEngineValue } from './engine-value.ts';
import { request } from './phien.ts';

/** The values of the engine that more than one screen shows. */
export const useAppStatus = () => useEngineValue('app.status', {}, 'app.status', (status) => status);

export const useSettings = () => useEngineValue('settings.get', {}, 'settings.changed', (settings) => settings);

export async function changeSettings(part: RequestInput<'settings.set'>): Promise<void> {
  try {
    await request('settings.set', part);
  } catch (error) {
    notifyFailure(error);
  }
}

export const useStorage = () => useEngineValue('storage.status', {}, 'storage.changed', (status) => status);

export const usePeople = () => useEngineValue('people.list', {}, 'people.changed', (people) => people);

export const useMeetings = () => useEngineValue('meetings.list', {}, 'meetings.changed', (meetings) => meetings);

export const useMeetingView = (meeting: MeetingId) =>
  useEngineValue('meetings.state', { meeting }, 'meeting.view', (view) =>
    view.summary.meeting === meeting ? view : undefined,
  );

export const usePaperStatus = (meeting: MeetingId) =>
  useEngineValue('papers.status', { meeting }, 'papers.changed', (change) =>
    change.meeting === meeting ? change.papers : undefined,
  );
