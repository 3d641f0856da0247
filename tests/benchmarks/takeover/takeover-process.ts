import type { MeetingView } from '../../../common/contract/requests.ts';
import type { MeetingId } from '../../../common/domain/ids.ts';
import { until, type TestLaptop } from '../../fixtures/laptops.ts';
import { answerQuestions } from '../child-process.ts';
import { openEngine } from '../engine-laptop.ts';
import { clock } from '../rows.ts';

/** Some of the laptops of a meeting, in a process that they share; the one that is killed has one of its own. */
export type TakeoverQuestion =
  | { readonly ask: 'open'; readonly folders: readonly string[] }
  | { readonly ask: 'join'; readonly meeting: MeetingId; readonly address: string }
  /** Answered with the address under which the one laptop here carries the meeting. */
  | { readonly ask: 'address'; readonly meeting: MeetingId }
  /** The one laptop here carries the meeting from now on. */
  | { readonly ask: 'carry'; readonly meeting: MeetingId }
  /** As when its person closes the application; answered when that has ended. */
  | { readonly ask: 'close' }
  /** Answered when all work with that host. */
  | { readonly ask: 'with'; readonly meeting: MeetingId; readonly host: string }
  /** Answered with the times (`clock`) at which each worked with a host other than `lost`. */
  | { readonly ask: 'working'; readonly meeting: MeetingId; readonly lost: string };

const PATIENCE = 60_000;
let laptops: readonly TestLaptop[] = [];

answerQuestions(async (question: TakeoverQuestion): Promise<readonly number[] | string | null> => {
  switch (question.ask) {
    case 'open':
      laptops = await Promise.all(question.folders.map((folder, index) => openEngine(folder, `laptop ${index}`)));
      return null;
    case 'join': {
      const { meeting, address } = question;
      await Promise.all(laptops.map((laptop) => laptop.request('meetings.join', { meeting, address })));
      await Promise.all(laptops.map((laptop) => working(laptop, meeting, () => true)));
      return null;
    }
    case 'address':
      return await until(async () => {
        const view = await laptops[0]?.request('meetings.state', { meeting: question.meeting });
        return view?.connection.role === 'host' && view.connection.addresses[0];
      }, PATIENCE);
    case 'carry':
      await laptops[0]?.request('meetings.carry', { meeting: question.meeting });
      return null;
    case 'close':
      await Promise.all(laptops.map((laptop) => laptop.close()));
      return null;
    case 'with':
      return await Promise.all(
        laptops.map((laptop) => working(laptop, question.meeting, (carriedBy) => carriedBy === question.host)),
      );
    case 'working':
      return await Promise.all(
        laptops.map((laptop) => working(laptop, question.meeting, (carriedBy) => carriedBy !== question.lost)),
      );
  }
});

/** Carries the meeting itself, or has the welcome of somebody who fits. */
function working(
  { engine, name, request }: TestLaptop,
  meeting: MeetingId,
  fits: (carriedBy: string | null) => boolean,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const works = ({ summary, connection }: MeetingView): boolean =>
      summary.meeting === meeting && connection.state === 'connected' && fits(connection.carriedBy);
    const stop = engine.subscribe('meeting.view', (payload) => check(payload as MeetingView));
    const late = setTimeout(() => end(new Error(`${name} did not work again within ${PATIENCE} ms`)), PATIENCE);
    function check(view: MeetingView): void {
      if (works(view)) end();
    }
    function end(error?: Error): void {
      clearTimeout(late);
      stop();
      if (error) reject(error);
      else resolve(clock());
    }
    request('meetings.state', { meeting }).then(check, reject);
  });
}
