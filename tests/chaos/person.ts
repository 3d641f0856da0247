import * as Y from 'yjs';
import { addNote, addStroke, removeAnnotations } from '../../common/collab/annotations.ts';
import { minutesSection } from '../../common/collab/minutes.ts';
import { putAgendaItem, readAgenda } from '../../common/collab/plan.ts';
import type { Stroke } from '../../common/collab/stroke.ts';
import { Refusal } from '../../common/contract/port.ts';
import { asAgendaItemId, type MeetingId, type MemberId, type Sha256 } from '../../common/domain/ids.ts';
import type { OpenedLaptop } from '../../main/wiring/open-laptop.ts';
import { openWindowDocument, type WindowDocument } from '../fixtures/window-document.ts';
import type { Done } from './ledger.ts';

/** One thing that somebody does at a laptop. `id` is used by nothing else in its schedule. */
export type Doing =
  | {
      readonly does: 'draw' | 'draw-private' | 'write-note' | 'erase' | 'edit-item' | 'write-minutes';
      readonly id: string;
    }
  | { readonly does: 'ask-to-speak' | 'open-motion' | 'conclude'; readonly id: string }
  | { readonly does: 'check-in' | 'vote' | 'close-motion' | 'withdraw' | 'give-floor' | 'rename-shared-item' }
  | { readonly does: 'reload-window' | 'back-up' | 'leave-and-join' | 'finish' };

export interface Person {
  /** `done`, or why the laptop refused. What is done is in the ledger when this resolves. */
  act(doing: Doing): Promise<string>;
  /** Has plan and minutes on the screen: who has no window on a document doesn't hear what is written into it live. */
  look(): Promise<void>;
  /** What the window on the minutes shows of the opening. */
  readMinutes(): Promise<string>;
  close(): void;
}

const SHARED_ITEM = asAgendaItemId('muc-1');

/** Somebody with windows open at this laptop: plan, minutes, the own ink on one paper. */
export function openPerson(options: {
  readonly engine: OpenedLaptop;
  readonly meeting: MeetingId;
  readonly paper: Sha256;
  readonly member: MemberId;
  /** Where to find the meeting again after leaving it. */
  readonly addresses: readonly string[];
  note(done: Done): void;
}): Person {
  const { engine, meeting, paper, member, note } = options;
  const windows = new Map<string, WindowDocument>();
  const drawn: string[] = [];

  async function windowOn(name: string): Promise<WindowDocument> {
    let window = windows.get(name);
    if (window?.closedWith) {
      window.close();
      window = undefined;
    }
    window ??= openWindowDocument({ engine }, `${meeting}/${name}`, member);
    windows.set(name, window);
    await window.synced;
    return window;
  }

  /** The change is made in the window; when the call comes back, the engine has taken it. */
  async function change(name: string, done: Done, make: (doc: Y.Doc) => void): Promise<string> {
    const window = await windowOn(name);
    make(window.doc);
    if (window.closedWith) return 'window-refused';
    note(done);
    return 'done';
  }

  async function perform(kind: string, body: Readonly<Record<string, unknown>>): Promise<string> {
    await engine.request('meetings.act', { meeting, kind, body });
    note({ what: 'act', kind, body });
    return 'done';
  }

  const view = () => engine.request('meetings.state', { meeting });
  const ink = `ink/${paper}/${member}`;

  /** Whatever this person has to do next so that the meeting ends with sealed minutes. */
  async function finish(): Promise<string> {
    const { state, me } = await view();
    if (!state) return 'not-here';
    if (state.minutes.stage === 'sealed') return 'sealed';
    if (me.roles.chair && state.phase === 'open') {
      const open = state.motions.find((one) => one.closedAt === null);
      return open
        ? await perform('motion-closed', { motion: open.motion, ballots: [] })
        : await perform('meeting-closed', {});
    }
    if (me.roles.secretary && state.phase === 'closed' && state.minutes.stage === 'draft')
      await engine.request('minutes.freeze', { meeting });
    if (me.roles.chair && state.minutes.stage === 'frozen')
      await engine.request('minutes.sign', { meeting, revision: state.minutes.revision });
    return state.minutes.stage;
  }

  async function attempt(doing: Doing): Promise<string> {
    switch (doing.does) {
      case 'draw':
        drawn.push(doing.id);
        return await change(ink, { what: 'stroke', id: doing.id }, (doc) =>
          addStroke(doc, doing.id, strokeOf(doing.id), 'pen'),
        );
      case 'draw-private':
        return await change(`private/${paper}`, { what: 'private-stroke', id: doing.id }, (doc) =>
          addStroke(doc, doing.id, strokeOf(doing.id), 'pen'),
        );
      case 'write-note': {
        const text = `Ý kiến ${doing.id}`;
        return await change(ink, { what: 'note', id: doing.id, text }, (doc) =>
          addNote(doc, { id: doing.id, page: 1, x: 100, y: 200, at: 0, text }, 'note'),
        );
      }
      case 'erase': {
        const id = drawn.shift();
        if (id === undefined) return 'nothing-drawn';
        note({ what: 'erasing', id });
        return await change(ink, { what: 'erased', id }, (doc) => removeAnnotations(doc, [id], 'eraser'));
      }
      case 'edit-item': {
        const { id } = doing;
        const title = `Nội dung ${id}`;
        const item = { id: asAgendaItemId(id), title, presenter: '', minutes: 5, order: 10, papers: [], motions: [] };
        return await change('plan', { what: 'item', id, title }, (doc) => putAgendaItem(doc, item));
      }
      case 'rename-shared-item': {
        // Several people of the office change the same record: all must end with the same one.
        const window = await windowOn('plan');
        const item = readAgenda(window.doc).find((one) => one.id === SHARED_ITEM);
        if (item)
          putAgendaItem(window.doc, {
            ...item,
            presenter: `${member.slice(0, 8)} ${item.minutes}`,
            minutes: item.minutes + 1,
          });
        return window.closedWith ? 'window-refused' : 'done';
      }
      case 'write-minutes':
        return await change('minutes', { what: 'minutes', token: doing.id }, (doc) => {
          const section = minutesSection(doc, 'opening');
          const paragraph = new Y.XmlElement('paragraph');
          paragraph.insert(0, [new Y.XmlText(`[${doing.id}]`)]);
          section.insert(Math.floor(section.length / 2), [paragraph]);
        });
      case 'check-in':
        return await perform('checked-in', { how: 'in-person' });
      case 'ask-to-speak':
        return await perform('speak-requested', { request: doing.id, item: null, queue: 'speech', note: '' });
      case 'withdraw': {
        const mine = (await view()).state?.queue.find((one) => one.member === member);
        return mine ? await perform('speak-withdrawn', { request: mine.request }) : 'nothing-asked';
      }
      case 'give-floor': {
        const next = (await view()).state?.queue[0];
        if (!next) return 'nobody-asked';
        return await perform('floor-given', { member: next.member, request: next.request, limitSeconds: 60 });
      }
      case 'open-motion': {
        const { rules } = await view();
        return await perform('motion-opened', {
          motion: doing.id,
          item: null,
          text: `Thông qua ${doing.id}`,
          secret: false,
          rule: rules.vote,
        });
      }
      case 'vote': {
        const motion = (await view()).state?.motions.find((one) => one.closedAt === null);
        return motion ? await perform('ballot', { motion: motion.motion, choice: 'approve' }) : 'no-vote';
      }
      case 'close-motion': {
        const motion = (await view()).state?.motions.find((one) => one.closedAt === null);
        return motion ? await perform('motion-closed', { motion: motion.motion, ballots: [] }) : 'no-vote';
      }
      case 'finish':
        return await finish();
      case 'conclude':
        return await perform('concluded', { item: null, text: `Kết luận ${doing.id}` });
      case 'reload-window':
        for (const window of windows.values()) window.close();
        windows.clear();
        return 'done';
      case 'back-up':
        await engine.store.backups.make();
        return 'done';
      case 'leave-and-join':
        await engine.request('meetings.leave', { meeting });
        await joinAnywhere(engine, meeting, options.addresses);
        return 'done';
    }
  }

  return {
    async act(doing) {
      try {
        return await attempt(doing);
      } catch (error) {
        if (error instanceof Refusal) return error.code;
        throw error;
      }
    },
    async look() {
      await windowOn('plan');
      await windowOn('minutes');
    },
    readMinutes: async () => minutesSection((await windowOn('minutes')).doc, 'opening').toString(),
    close() {
      for (const window of windows.values()) window.close();
      windows.clear();
    },
  };
}

/** Tries one address after the other, as somebody does who reads them off a list. */
export async function joinAnywhere(
  engine: OpenedLaptop,
  meeting: MeetingId,
  addresses: readonly string[],
): Promise<void> {
  for (const [index, address] of addresses.entries()) {
    try {
      await engine.request('meetings.join', { address, meeting });
      return;
    } catch (error) {
      if (!(error instanceof Refusal) || index === addresses.length - 1) throw error;
    }
  }
}

/** A stroke that follows from its id, so that the judge knows every byte of it. */
/** Ids of strokes that are not wild. */
const ORDINARY = /-\ds/;

export function strokeOf(id: string): Stroke {
  const seed = [...id].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9973, 7);
  // Most are so wild and long that two of them are worth a snapshot; those of a long day are as people draw.
  const length = seed % 4 === 0 || ORDINARY.test(id) ? 40 + (seed % 60) * 2 : 14_000;
  const points = Float64Array.from({ length }, (_, at) => (at * at * seed) % 499);
  return { tool: 'pen', colour: seed, width: 1.5, page: 1 + (seed % 3), points };
}
