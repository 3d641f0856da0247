import {
  advertisementRecords,
  ANNOUNCE_MILLISECONDS,
  serviceTypes,
  type Advertisement,
  type Multicast,
} from '../../common/wire/discovery.ts';

export interface Advertiser {
  /** Announces the advertisement as it is now; call it when its meetings or port changed. */
  changed(): void;
  /** Says goodbye. */
  close(): void;
}

/** Answers to questions come at most this often: a flood of questions makes no flood of answers. */
const ANSWER_MILLISECONDS = 500;

/** Makes this laptop findable until closed. `advertisement` null: nothing to tell just now. */
export function advertise(options: {
  readonly multicast: Multicast;
  advertisement(): Advertisement | null;
}): Advertiser {
  const { multicast } = options;
  let announced: Advertisement | null = null;
  let answering: NodeJS.Timeout | undefined;
  let answered = -Infinity;

  function announce(): void {
    const now = options.advertisement();
    if (announced && (!now || now.instance !== announced.instance || now.kind !== announced.kind)) sayGoodbye();
    announced = now;
    if (!now) return;
    answered = performance.now();
    multicast.answer((address) => advertisementRecords(now, address));
  }

  function sayGoodbye(): void {
    const gone = announced;
    announced = null;
    if (gone) multicast.answer((address) => advertisementRecords(gone, address, 0));
  }

  const stopListening = multicast.onQuery((services) => {
    const kind = options.advertisement()?.kind;
    if (!kind || answering || !services.includes(serviceTypes[kind])) return;
    const wait = Math.max(20 + Math.random() * 80, answered + ANSWER_MILLISECONDS - performance.now());
    answering = setTimeout(() => {
      answering = undefined;
      announce();
    }, wait);
  });
  const announcements = setInterval(announce, ANNOUNCE_MILLISECONDS);
  announce();

  return {
    changed: announce,
    close() {
      stopListening();
      clearInterval(announcements);
      clearTimeout(answering);
      sayGoodbye();
    },
  };
}
