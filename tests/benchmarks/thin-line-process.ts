import type { MeetingView, RequestName } from '../../common/contract/requests.ts';
import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import { consoleLogger } from '../../main/logging/create-logger.ts';
import { findResources, openLaptop, type OpenedLaptop } from '../../main/wiring/open-laptop.ts';
import { PIN, until } from '../fixtures/laptops.ts';
import { scrape } from '../fixtures/prometheus.ts';
import { openWindowDocument, type WindowDocument } from '../fixtures/window-document.ts';
import { answerQuestions } from './child-process.ts';
import { clock, pause } from './rows.ts';

/** A laptop of its own on some place of the network: the real engine, asked as windows ask it. */
export type ThinLineQuestion =
  | {
      readonly ask: 'open';
      readonly folder: string;
      readonly resources: string;
      readonly host: string;
      /** By default any free one. */
      readonly port?: number;
    }
  | { readonly ask: 'request'; readonly name: RequestName; readonly input: unknown }
  | { readonly ask: 'act'; readonly meeting: MeetingId; readonly kind: string; readonly body: object }
  /** When the member's acts up to that number were here (`clock`). */
  | { readonly ask: 'arrived'; readonly meeting: MeetingId; readonly author: MemberId; readonly seq: number }
  | { readonly ask: 'head'; readonly meeting: MeetingId; readonly author: MemberId }
  | { readonly ask: 'follow'; readonly document: string }
  | { readonly ask: 'draw'; readonly key: string }
  | { readonly ask: 'drawn'; readonly key: string }
  | { readonly ask: 'losses' }
  /** What a hub that is reached from here says of itself. */
  | { readonly ask: 'scrape'; readonly url: string };

let laptop: OpenedLaptop | undefined;
let followed: WindowDocument | undefined;
const strokes = new Map<string, number>();
const notes: string[] = [];
let shown = '';

function here(): OpenedLaptop {
  if (!laptop) throw new Error('not open');
  return laptop;
}

answerQuestions(async (question: ThinLineQuestion): Promise<unknown> => {
  switch (question.ask) {
    case 'open': {
      const quiet = consoleLogger('error');
      const note = (event: string) => void notes.push(event);
      laptop = openLaptop({
        dataDir: question.folder,
        version: '0.0.0-thin-line',
        logger: { ...quiet, info: note, warn: note },
        resources: findResources(question.resources),
        print: undefined,
        listenHost: question.host,
        port: question.port ?? 0,
        discovery: 'off',
      });
      await laptop.request('app.unlock', { pin: PIN });
      laptop.subscribe('meeting.view', (payload) => {
        const { state } = (payload as MeetingView).connection;
        if (state !== shown && state === 'waiting') note('shown as lost');
        shown = state;
      });
      return null;
    }
    case 'request':
      return await here().request(question.name, question.input);
    case 'act': {
      const { meeting, kind, body } = question;
      const began = clock();
      await here().request('meetings.act', { meeting, kind, body });
      return began;
    }
    case 'arrived': {
      const { meeting, author, seq } = question;
      await until(() => (here().store.entries.head(meeting, author, 'acts')?.seq ?? 0) >= seq, 120_000);
      return clock();
    }
    case 'head':
      return here().store.entries.head(question.meeting, question.author, 'acts')?.seq ?? 0;
    case 'follow': {
      followed = openWindowDocument({ engine: here() } as never, question.document);
      const map = followed.doc.getMap('strokes');
      map.observe(({ keysChanged }) => {
        for (const key of keysChanged) strokes.set(key as string, clock());
      });
      await followed.synced;
      return null;
    }
    case 'draw': {
      const began = clock();
      followed?.doc.getMap('strokes').set(question.key, new Uint8Array(300));
      return began;
    }
    case 'drawn':
      await until(() => strokes.has(question.key), 120_000);
      return strokes.get(question.key);
    case 'losses':
      await pause(0);
      return ['link lost', 'shown as lost'].map((event) => notes.filter((one) => one === event).length);
    case 'scrape':
      return (await scrape(question.url)).samples;
  }
});
