import { randomBytes, X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { z } from 'zod';
import { Refusal } from '../../common/contract/port.ts';
import { certificateCourse, datedProblem, isWithin } from '../../common/domain/certificate-course.ts';
import type { MeetingId, Sha256 } from '../../common/domain/ids.ts';
import type { Admit, TlsIdentity } from '../../common/wire/admission.ts';
import type { KnownLaptop } from '../../common/wire/carrier.ts';
import type { Advertisement, Multicast } from '../../common/wire/discovery.ts';
import { advertise, type Advertiser } from '../hub/discovery.ts';
import type { HubMeter } from '../hub/hub-meter.ts';
import { createCluster } from '../hub/cluster.ts';
import { openRedisBus } from '../hub/redis-bus.ts';
import { serveHub, type Hub } from '../hub/serve-hub.ts';
import type { CertificateCheck } from '../identity/check-certificate.ts';
import type { Logger } from '../logging/logger.ts';
import type { LaptopPorts } from '../meetings/laptop.ts';
import type { Session } from '../meetings/organisation.ts';
import type { Network } from '../meetings/ports.ts';
import type { Store } from '../store/open-store.ts';
import { askHoldings } from '../sync/ask-holdings.ts';
import { listMeetings } from '../sync/carrier-client.ts';
import { browse } from '../sync/discovery.ts';
import { entrustMeeting } from '../sync/entrust.ts';
import { ownAddress, ownSegment } from '../sync/own-segment.ts';
import { createLingering, dialledLaptops, placedLaptops } from '../sync/placed-laptops.ts';
import { discoveryMode, openMulticast, type DiscoveryMode } from '../sync/multicast.ts';
import { attend, type RunningAttendance } from './attendance.ts';
import { watchMetered } from './metered.ts';
import { fetchPapers, offerPapers } from './paper-exchange.ts';
import { rememberPositions } from './remembered-positions.ts';

/** Where a laptop listens and looks. */
export interface NetworkPlace {
  readonly listenHost: string;
  /** The port to carry meetings on; when it is taken, any free one. */
  readonly port: number;
  readonly discovery: DiscoveryMode;
  /** A computer that carries meetings for laptops elsewhere and does nothing else. */
  readonly relay?: RelayPlace;
}

export interface RelayPlace {
  /** Told once, after unlocking: where it listens, or why it can't. A relay takes no other port than the one given. */
  onListening(addresses: Promise<readonly string[]>): void;
  /** `redis://…`: shares its meetings with other relays of the same identity. */
  readonly bus?: string | undefined;
}

const DEFAULT_PORT = 7443;

/** As the environment says: PHIEN_DISCOVERY=loopback keeps everything on this computer. */
export function networkPlace(environment: Readonly<Record<string, string | undefined>>): NetworkPlace {
  const discovery = discoveryMode(environment);
  return { listenHost: discovery === 'loopback' ? '127.0.0.1' : '0.0.0.0', port: DEFAULT_PORT, discovery };
}

const deviceSchema = z.string().regex(/^[a-z0-9]{8,32}$/);
export const portSchema = z.number().int().min(1).max(65_535);

/** Organisations are told apart in discovery by this much of their fingerprint. */
const organisationTag = (fingerprint: Sha256): string => fingerprint.slice(0, 16);

export function createNetwork(options: {
  readonly place: NetworkPlace;
  readonly session: Session;
  /** That of the session's organisation. */
  readonly check: CertificateCheck;
  readonly store: Store;
  readonly logger: Logger;
  readonly meter?: HubMeter;
  readonly now: () => Date;
}): Network {
  const { place, session, store, now } = options;
  const logger = linkLogger(options.logger);
  const root = session.organisation.authorityCertificate;
  const tls: TlsIdentity = { ...session.tls, ca: new X509Certificate(root).toString() };
  const admit: Admit = (certificate) => {
    const checked = options.check(certificate, now());
    return checked.ok
      ? { ok: true, value: { member: checked.value.memberId, name: checked.value.name } }
      : { ok: false, error: checked.error };
  };
  const refusal = (problem: string) =>
    new Refusal(datedProblem(problem, certificateCourse(session.validity, now().getTime())));
  const credentials = { tls, admit };
  const device = rememberedDevice(store);
  const remembered = rememberPositions(store, session.member, logger);
  const multicast = openMulticast(place.discovery, logger);
  const arrivalListeners = new Set<(paper: Sha256) => void>();
  const attendances = new Map<MeetingId, RunningAttendance>();
  const bus = place.relay?.bus === undefined ? undefined : openRedisBus({ url: place.relay.bus, logger });
  const cluster =
    bus &&
    createCluster({
      bus,
      secret: tls.key,
      organisation: organisationTag(session.organisation.fingerprint),
      logger,
    });
  if (bus && options.meter) options.meter.busUp = () => bus.up();
  let take: Parameters<Network['onEntrusted']>[0] | undefined;
  let papersKept = false;
  const fetchers = new Map<MeetingId, ReturnType<typeof fetchPapers>>();
  const cards = changingCards();
  const near = (address: string) => cards().near(address);
  const here = {
    isMe: (laptop: KnownLaptop) => laptop.member === session.member && laptop.device === device,
    own: (address: string) => cards().own(address),
    near,
  };
  let hub: Promise<Hub> | undefined;
  let running: Hub | undefined;
  let advertiser: Advertiser | undefined;

  const browser = browse({
    multicast,
    kind: 'meeting',
    organisation: organisationTag(session.organisation.fingerprint),
    onChange: () => tellFound(),
  });
  const foundListeners = new Set<Parameters<Network['onFound']>[0]>();

  /** Own advertisements come back too; they are left out by their instance. */
  function tellFound(): void {
    const found = browser
      .found()
      .filter((laptop) => laptop.instance !== device && laptop.addresses[0])
      .map((laptop) => ({ address: laptop.addresses[0] ?? '', meetings: laptop.meetings }));
    for (const listener of foundListeners) listener(found);
  }

  function opened(): Promise<Hub> {
    hub ??= listenSomewhere();
    hub.catch(() => (hub = undefined));
    return hub;
  }

  /** The port of last time first, so that others find this laptop again after a restart. */
  async function listenSomewhere(): Promise<Hub> {
    const last = store.settings.get('port', portSchema);
    for (const port of place.relay ? [place.port] : [last ?? place.port, 0]) {
      try {
        const served = await serveHub({
          listen: { host: place.listenHost, port },
          tls,
          me: { member: session.member, name: session.name },
          admit,
          logger,
          ...(options.meter ? { meter: options.meter } : {}),
          onStatus: (meeting) => {
            remembered.changed(meeting);
            attendances.get(meeting)?.changed();
          },
          ...(place.relay ? { take: (meeting, acts) => take?.(meeting, acts) ?? Promise.resolve('failed') } : {}),
          cluster,
          papers: store.papers,
          fetching: (meeting, paper) => fetchers.get(meeting)?.fetching(paper),
          onPaper: (paper) => {
            for (const listener of arrivalListeners) listener(paper);
          },
        });
        served.keepPapers(papersKept);
        if (served.port !== last) rememberPort(served.port);
        advertiser ??= advertise({ multicast, advertisement: () => advertisement(served.port) });
        return (running = served);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
    throw new Refusal('address-in-use');
  }

  /** Only who comes after a restart would miss it. */
  function rememberPort(port: number): void {
    try {
      store.settings.set('port', port);
    } catch (error) {
      logger.warn('the port could not be remembered', { error: String(error) });
    }
  }

  function advertisement(port: number): Advertisement | null {
    const meetings = [...attendances].flatMap(([meeting, attendance]) => (attendance.advertised() ? [meeting] : []));
    const organisation = organisationTag(session.organisation.fingerprint);
    return meetings.length === 0 ? null : { kind: 'meeting', instance: device, organisation, meetings, port };
  }

  place.relay?.onListening(opened().then((served) => served.addresses()));

  return {
    async attend(meeting, about) {
      const served = await opened();
      const linger = createLingering(near);
      const attendance = attend({
        ...about,
        meeting,
        me: session.member,
        device,
        hub: served,
        credentials,
        store,
        remembered,
        logger,
        placed: (laptops) => linger(placedLaptops(laptops, here)),
        dialled: (laptops) => dialledLaptops(laptops, here),
        near,
        clustered: cluster !== undefined,
        presentable: () => isWithin(session.validity, now().getTime()),
        onTookOver() {
          if (options.meter) options.meter.takeovers++;
        },
        onAdvertised: () => advertiser?.changed(),
      });
      attendances.set(meeting.id, attendance);
      return {
        ...attendance,
        async close() {
          await attendance.close();
          if (attendances.get(meeting.id) === attendance) attendances.delete(meeting.id);
          advertiser?.changed();
        },
      };
    },
    siblings: (meeting) => running?.siblings(meeting) ?? [],
    acknowledged: (meeting) => remembered.of(meeting),
    async look(address) {
      const listed = await listMeetings(address, credentials);
      if (!listed.ok) throw refusal(listed.problem);
      return listed.value.meetings.map((one) => ({ ...one, carriedBy: listed.value.carrier.name }));
    },
    async carrierAt(address) {
      const listed = await listMeetings(address, credentials);
      if (!listed.ok) throw refusal(listed.problem);
      const { member, name, relay = false } = listed.value.carrier;
      return { member, name, relay };
    },
    async entrust(address, meeting, acts) {
      const outcome = await entrustMeeting(address, credentials, meeting, acts);
      if (outcome !== 'carried') throw new Refusal(outcome === 'failed' ? 'relay-failed' : outcome);
    },
    onEntrusted(asked) {
      take = asked;
      cluster?.onMeeting(asked);
    },
    onFound(listener) {
      foundListeners.add(listener);
      tellFound();
      return () => foundListeners.delete(listener);
    },
    fetchPapers(meeting, link) {
      const me = { member: session.member, device };
      const fetcher = fetchPapers({ ...credentials, meeting, ...link, me, near, store, logger });
      fetchers.set(meeting, fetcher);
      return {
        ...fetcher,
        async close() {
          fetchers.delete(meeting);
          await fetcher.close();
        },
      };
    },
    offerPapers: (meeting, link) => offerPapers({ ...credentials, meeting, ...link, store, logger }),
    askHoldings: (meeting, laptop, papers) => askHoldings(laptop, credentials, meeting, papers),
    keepPapers(kept) {
      if (kept !== papersKept) running?.keepPapers(kept);
      papersKept = kept;
    },
    onMetered: watchMetered,
    arriving(paper) {
      const known = running?.arriving(paper);
      return known && { ...known, bytesPerSecond: 0, paused: false, unusable: false, givers: 0 };
    },
    onArriving(listener) {
      arrivalListeners.add(listener);
      return () => arrivalListeners.delete(listener);
    },
    async close() {
      advertiser?.close();
      browser.close();
      for (const attendance of [...attendances.values()]) await attendance.close();
      await (await hub?.catch(() => undefined))?.close();
      await cluster?.close();
      multicast.close();
    },
  };
}

/** How newcomers and the laptop that lets them in find each other. */
export function enrolmentNetwork(place: NetworkPlace & { readonly logger: Logger }): LaptopPorts['enrolmentNetwork'] {
  const logger = linkLogger(place.logger);

  function withMulticast(use: (multicast: Multicast) => { close(): void }): () => void {
    const multicast = openMulticast(place.discovery, logger);
    const used = use(multicast);
    return () => {
      used.close();
      multicast.close();
    };
  }

  return {
    listenHost: place.listenHost,
    addressesAt: (port) => reachableHosts(place.listenHost).map((host) => `${host}:${port}`),
    advertise: (session, port) =>
      withMulticast((multicast) =>
        advertise({
          multicast,
          advertisement: () => ({
            kind: 'enrolment',
            instance: randomInstance,
            organisation: organisationTag(session.organisation.fingerprint),
            meetings: [],
            port,
          }),
        }),
      ),
    browse: (listener) =>
      withMulticast((multicast) =>
        browse({
          multicast,
          kind: 'enrolment',
          organisation: null,
          onChange: (found) => listener(found.flatMap((laptop) => laptop.addresses)),
        }),
      ),
  };
}

const randomInstance = randomBytes(12).toString('hex');

function reachableHosts(listenHost: string): string[] {
  if (listenHost !== '0.0.0.0') return [listenHost];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'))
    .map(({ address }) => address);
}

/** Network cards come and go; they are looked at again after some seconds. */
function changingCards() {
  const look = () => {
    const interfaces = networkInterfaces();
    return { near: ownSegment(interfaces), own: ownAddress(interfaces), at: performance.now() };
  };
  let known = look();
  return () => (performance.now() - known.at > SEGMENT_MILLISECONDS ? (known = look()) : known);
}

const SEGMENT_MILLISECONDS = 5000;

function rememberedDevice(store: Store): string {
  const known = store.settings.get('device', deviceSchema);
  if (known) return known;
  const made = randomBytes(12).toString('hex');
  store.settings.set('device', made);
  return made;
}

type Loose = Readonly<Record<string, unknown>>;

/** Only plain values reach the log. */
function linkLogger(logger: Logger): {
  info(event: string, values?: Loose): void;
  warn(event: string, values?: Loose): void;
} {
  const plain = (values: Loose = {}) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]),
    );
  return {
    info: (event, values) => logger.info(event, plain(values)),
    warn: (event, values) => logger.warn(event, plain(values)),
  };
}
