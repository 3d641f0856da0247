import type { CarriedMeeting, EntryBatch } from '../../common/collab/carried-meeting.ts';
import type { MemberId } from '../../common/domain/ids.ts';
import { MAX_INSIDE_ADDRESSES, MAX_KNOWN_LAPTOPS, type KnownLaptop } from '../../common/wire/carrier.ts';
import type { LinkLogger } from '../../common/wire/admission.ts';
import { hostPortSchema } from '../../common/wire/enrolment.ts';
import { createSuccession, SUSPECT_MILLISECONDS } from '../../common/wire/succession.ts';
import type { Hub, Standing } from '../hub/serve-hub.ts';
import type { Attendance, AttendanceStatus } from '../meetings/ports.ts';
import type { Store } from '../store/open-store.ts';
import type { Credentials } from '../sync/dial.ts';
import { connectLink, type Link } from '../sync/link.ts';
import { keepDoor } from './attendance-door.ts';
import { ELSEWHERE, talkAboutCarrying } from './carrier-talk.ts';
import type { RememberedPositions } from './remembered-positions.ts';
import { shareDocuments } from './shared-documents.ts';
import { successionMemory } from './succession-memory.ts';

/** Whoever carried it before a restart first looks whether somebody else does now. */
const LOOK_AROUND_MILLISECONDS = 1000;
/** Hosts that were found at a time are told of this one. */
const FOUND_AT_A_TIME = 4;
/** Who has just been asked to carry it goes above others that it finds, instead of yielding. */
const INSIST_MILLISECONDS = 8000;
/** Alone for so long, this laptop lets itself be found. */
const ALONE_MILLISECONDS = 5000;

export interface AttendanceOptions {
  readonly meeting: CarriedMeeting;
  readonly me: MemberId;
  readonly device: string;
  readonly hub: Hub;
  readonly credentials: Credentials;
  readonly store: Store;
  readonly remembered: RememberedPositions;
  readonly logger: LinkLogger;
  /** This laptop carried the meeting before it was restarted. */
  readonly carried: boolean;
  /** Addresses where it was carried before. */
  addresses(): readonly string[];
  start(): string;
  order(): readonly MemberId[];
  lasting(): boolean;
  keeps(): boolean;
  acts(): EntryBatch;
  /** The laptops that were told of, where this one reaches them, for papers. */
  placed(laptops: readonly KnownLaptop[]): readonly KnownLaptop[];
  /** The same for who looks for the meeting. */
  dialled(laptops: readonly KnownLaptop[]): readonly KnownLaptop[];
  /** Whether an address lies in this laptop's own network segment. */
  near(address: string): boolean;
  /** Other computers of this identity carry the same meetings together with this one. */
  readonly clustered: boolean;
  /** By this laptop's clock its certificate counts; otherwise nobody could join here. [CERT-7] */
  presentable(): boolean;
  /** This laptop has taken the meeting over from another one. */
  onTookOver(): void;
  /** What others can find of this meeting here is different now. */
  onAdvertised(): void;
}

export interface RunningAttendance extends Attendance {
  /** Others should find the meeting here: it is carried here, or this laptop is alone with it. */
  advertised(): boolean;
  /** The hub's state of the meeting changed. */
  changed(): void;
}

/**
 * This laptop in a meeting: linked to the laptop that carries it, or carrying it, or looking for whoever does; goes from
 * one to the other by itself. The decisions are those of `createSuccession`; here they are carried out.
 */
export function attend(options: AttendanceOptions): RunningAttendance {
  const { meeting, me, device, hub, credentials, store, remembered, logger } = options;
  const memory = successionMemory(store.settings, meeting.id, logger);
  const now = () => performance.now();
  let insistsUntil = -Infinity;
  const succession = createSuccession({
    me: { member: me, device },
    ...memory.read(),
    order: options.order,
    place: options.dialled,
    near: options.near,
    onSuspect: lookElsewhere,
    onDoubt(member, milliseconds) {
      logger.warn('says to carry the meeting and serves nobody', { member, milliseconds });
      lookElsewhere();
    },
    lasting: options.lasting,
    alike: (member) => options.clustered && member === me,
    keeps: options.keeps,
    insists: () => now() < insistsUntil,
  });
  const listeners = new Set<(status: AttendanceStatus) => void>();
  const documents = shareDocuments();
  let link: Link | undefined;
  let closed = false;
  let seekingSince = now();
  let wasAdvertised = false;

  const talk = talkAboutCarrying({
    meeting: meeting.id,
    succession,
    hub,
    credentials,
    logger,
    addresses: options.addresses,
    onYield(address, to) {
      if (hosting()) return yieldTo(address, to);
      seekingSince = now();
      succession.yieldTo(address, now());
      link?.redirect();
    },
    onAbove() {
      try {
        remember();
      } catch (error) {
        logger.warn('the epoch could not be written down', { error: String(error) });
      }
    },
    onKnock: () => void door.knock(),
    onRetry: (address) => link?.retry(address),
  });
  /** Soon: the link may be in the midst of telling what happened. */
  function lookElsewhere(): void {
    setImmediate(() => {
      if (!closed && succession.role() === 'seeking') link?.retry();
    });
  }

  const hosting = () => succession.role() === 'carrying';
  const alone = () =>
    succession.role() === 'seeking' &&
    now() - seekingSince > ALONE_MILLISECONDS &&
    succession.knocked(now(), Infinity).answer !== 'no';

  function status(): AttendanceStatus {
    if (hosting()) {
      const room = hub.status(meeting.id);
      return {
        role: 'host',
        addresses: hub.addresses(),
        online: room?.online ?? [me],
        lastReceived: room?.lastReceived ?? null,
      };
    }
    return link ? { role: 'member', ...link.state() } : { role: 'alone' };
  }

  /** The first connected one of the order. */
  function firstToFollow(): KnownLaptop | undefined {
    const order = options.order();
    return hub.laptops(meeting.id).find(({ member }) => order.includes(member));
  }

  const advertised = () => hosting() || alone();

  function tell(): void {
    const state = status();
    tellAdvertised();
    for (const listener of listeners) {
      try {
        listener(state);
      } catch (error) {
        // Notes it, or shows it. Who carries the meeting doesn't depend on that.
        logger.warn('how this laptop stands could not be told', { error: String(error) });
      }
    }
  }

  function tellAdvertised(): void {
    if (advertised() === wasAdvertised) return;
    wasAdvertised = advertised();
    options.onAdvertised();
  }

  /** Before anybody is served with an epoch it is on disk; what is useful after a restart may fail. */
  const remember = () => memory.write(standingNow());
  const note = () => memory.note(standingNow());
  const standingNow = () => ({
    epoch: succession.epoch(),
    laptops: succession.laptops(),
    carriedAt: succession.carriedAt(),
  });

  function openLink(): void {
    if (closed || link) return;
    const opened = connectLink({
      ...credentials,
      meeting: meeting.id,
      me,
      device,
      addresses() {
        const own = new Set(hub.addresses());
        return succession.targets(now()).filter((address) => !own.has(address));
      },
      log: meeting.log,
      openDocument: (name) => meeting.openDocument(name),
      mayWrite: (document) => meeting.mayWrite(me, document),
      logger,
      acknowledged: remembered.of(meeting.id),
      onState() {
        remembered.changed(meeting.id);
        if (link === opened) tell();
      },
      takeover: {
        port: hub.port,
        inside: () =>
          hub
            .addresses()
            .slice(0, MAX_INSIDE_ADDRESSES)
            .filter((address) => hostPortSchema.safeParse(address).success),
        epoch: () => succession.epoch(),
        onJoined({ address, carrier, epoch }) {
          if (link !== opened) return;
          succession.joined(address, epoch ?? { n: 1, member: carrier, device: 'before-epochs' }, carrier, now());
          note();
          tell();
        },
        onLaptops(laptops, epoch) {
          if (link !== opened) return;
          succession.heardOf(laptops, epoch);
          note();
        },
        onLost(moved) {
          if (link !== opened || hosting()) return;
          seekingSince = now();
          if (succession.lost(now(), moved) && options.presentable()) takeOver('appointed');
        },
        onFailed(address, report, heard) {
          if (link === opened && succession.role() === 'seeking') succession.failed(address, now(), report, heard);
        },
        unheard: (address) => succession.unheard(address),
      },
    });
    link = opened;
    documents.over(opened);
  }

  function closeLink(): Promise<void> {
    const ending = link;
    link = undefined;
    documents.over(undefined);
    return (ending?.close() ?? Promise.resolve()).then(() => remembered.flush(meeting.id));
  }

  /** Serves the meeting from now on with the epoch that is set; nothing is served when that can't be written down. */
  function serve(): void {
    remember();
    remembered.flush(meeting.id);
    hub.carry(meeting, {
      start: options.start,
      acknowledged: remembered.of(meeting.id),
      acts: options.acts,
      takeover: {
        seen(epoch) {
          if (epoch && succession.goAbove(epoch)) remember();
          return succession.epoch() ?? undefined;
        },
        order: options.order,
        onLaptops(laptops) {
          succession.linked(laptops);
          const devices = new Set(laptops.map((laptop) => laptop.device));
          const others = succession
            .laptops()
            .filter((laptop) => !devices.has(laptop.device) && laptop.device !== device);
          succession.heardOf([...laptops, ...others].slice(0, MAX_KNOWN_LAPTOPS));
          note();
        },
      },
    });
    void closeLink();
    talk.tellMissing(true);
    tell();
  }

  function takeOver(why: string): void {
    const epoch = succession.carry(now());
    logger.info('takes the meeting over', { why, epoch: epoch.n });
    try {
      serve();
      options.onTookOver();
    } catch (error) {
      // Not written down, so not served: somebody else may.
      logger.warn('the meeting could not be taken over', { error: String(error) });
      seek();
    }
  }

  function seek(address?: string): void {
    seekingSince = now();
    succession.hint(options.addresses());
    if (address) succession.yieldTo(address, now());
    else succession.seek(now());
    openLink();
    tell();
  }

  /** Another laptop carries it: this one stops, says where, and joins there. */
  function yieldTo(address: string, to: string): void {
    logger.info('another laptop carries the meeting', {});
    talk.tellMissing(false);
    remembered.flush(meeting.id);
    hub.stop(meeting.id, { device: to, address });
    seek(address);
  }

  const door = keepDoor({
    succession,
    talk,
    silentFor: () => link?.silentFor() ?? Infinity,
    closed: () => closed,
    mayTakeOver: () => !lookingAround && options.presentable(),
    takeOver,
    onTold: (address) => link?.retry(address),
  });
  const standing: Standing = {
    report: () => succession.report(now()),
    start: options.start,
    available: alone,
    ...door,
  };

  let suspicion = new AbortController();
  const heartbeat = setInterval(() => {
    tellAdvertised();
    if (hosting() && !options.presentable() && firstToFollow()) {
      logger.warn('hands the meeting over: the own certificate does not count any more', {});
      goodbye();
    }
    const carriedAt = succession.carriedAt();
    if (!carriedAt || succession.role() !== 'joined') return;
    if ((link?.silentFor() ?? 0) > SUSPECT_MILLISECONDS) return void talk.ask(carriedAt, false, suspicion.signal);
    // It speaks again: the question would only keep a thin line from what it says.
    suspicion.abort();
    suspicion = new AbortController();
  }, 250);

  hub.attend(meeting, standing);
  succession.hint([
    ...options.addresses(),
    ...succession
      .placed()
      .slice(0, 8)
      .map((laptop) => laptop.address),
  ]);
  let lookingAround = options.carried;
  seek();
  const lookedAround = setTimeout(
    () => {
      lookingAround = false;
      if (options.carried && !closed && succession.role() === 'seeking' && options.presentable()) carryOn();
    },
    succession.laptops().length > 0 ? LOOK_AROUND_MILLISECONDS : 0,
  );

  function carryOn(): void {
    succession.carryOn(now());
    try {
      serve();
    } catch (error) {
      logger.warn('the meeting could not be carried on', { error: String(error) });
      seek();
    }
  }

  function goodbye(to?: string): void {
    const next = to ? { device: ELSEWHERE, address: to } : firstToFollow();
    talk.tellMissing(false);
    remembered.flush(meeting.id);
    hub.stop(meeting.id, next);
    if (next) seek(next.address);
    else {
      succession.leave();
      void closeLink();
      tell();
    }
  }

  return {
    status,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    carry() {
      lookingAround = false;
      if (hosting()) return hub.addresses();
      const before = succession.carriedAt();
      // Whoever carries it now may be unknown here: a laptop that has just been started knows an old epoch.
      insistsUntil = now() + INSIST_MILLISECONDS;
      succession.carry(now());
      try {
        serve();
      } catch (error) {
        seek();
        throw error;
      }
      // Whoever carried it until now hands over at once.
      if (before) void talk.ask(before, true);
      return hub.addresses();
    },
    release(to) {
      lookingAround = false;
      if (hosting()) goodbye(to);
      else if (to) {
        succession.yieldTo(to, now());
        if (link) link.redirect();
        else openLink();
      }
    },
    found(addresses) {
      if (closed) return;
      succession.hint(addresses);
      if (hosting()) for (const address of addresses.slice(0, FOUND_AT_A_TIME)) void talk.ask(address, true);
      else {
        openLink();
        if (succession.role() === 'away') seek();
        link?.retry();
      }
    },
    wake() {
      const before = succession.carriedAt();
      // That it could not be reached before the sleep means nothing now.
      if (before && succession.role() === 'seeking') succession.tell(before);
      this.found([]);
    },
    share: documents.share,
    live: {
      waits: () => link?.live.waits() ?? false,
      away: () => link?.live.away() ?? false,
      lately: () => link?.live.lately() ?? false,
    },
    laptops: () => options.placed(succession.laptops()),
    advertised,
    changed: tell,
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(heartbeat);
      clearTimeout(lookedAround);
      talk.tellMissing(false);
      talk.close();
      hub.leave(meeting.id);
      if (hosting()) {
        const next = firstToFollow();
        remembered.flush(meeting.id);
        hub.stop(meeting.id, next);
      }
      succession.leave();
      await closeLink();
    },
  };
}
