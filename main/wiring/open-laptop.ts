import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Sha256 } from '../../common/domain/ids.ts';
import { createAuthority, openAuthority } from '../identity/authority.ts';
import { fingerprint, validityOf } from '../identity/certificate-reading.ts';
import { createRequest } from '../identity/certificate-request.ts';
import { checkCertificate, createCertificateCheck, type CertificateCheck } from '../identity/check-certificate.ts';
import { enrol } from '../identity/enrolment-client.ts';
import { requestFingerprint } from '../identity/enrolment-desk.ts';
import { serveEnrolment } from '../identity/enrolment-server.ts';
import { createInvitation, readInvitationFile, writeInvitationFile } from '../identity/invitation.ts';
import { changePin, createKeyVault, openKeyVault } from '../identity/key-vault.ts';
import { createSigner } from '../identity/signer.ts';
import { tlsCredentials } from '../identity/tls-credentials.ts';
import { enrolmentLimits } from '../hub/connection-limits.ts';
import { keepPlaces } from '../hub/door.ts';
import type { HubMeter } from '../hub/hub-meter.ts';
import type { Logger } from '../logging/logger.ts';
import { rememberProblems } from '../logging/recent-problems.ts';
import { createLaptop, type Laptop } from '../meetings/laptop.ts';
import type { Identity } from '../meetings/identity-port.ts';
import type { Session } from '../meetings/organisation.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { createDiagnostics, isErrorCode } from './diagnostics.ts';
import { documents, type Print } from './documents.ts';
import { certificateBook, entryAuthentication } from './entries.ts';
import { createNetwork, enrolmentNetwork, portSchema, type NetworkPlace } from './network.ts';
import { packages } from './packages.ts';
import { pdfSigning } from './signing.ts';
import { invitationStore, laptopStore } from './store.ts';

export interface LaptopOptions extends NetworkPlace {
  readonly dataDir: string;
  readonly version: string;
  readonly logger: Logger;
  /** Where the hub counts what it does. */
  readonly meter?: HubMeter;
  /** Where the project's fonts and samples lie. */
  readonly resources: string;
  /** undefined: this process has no window that could print. */
  readonly print: Print;
  readonly now?: () => Date;
  /** How long the pen rests before a snapshot of the own ink is made; by default some seconds. */
  readonly quietMilliseconds?: number;
  /** The database turned out to be damaged: close this laptop and open it again, which restores it. */
  readonly onDamaged?: () => void;
}

export interface OpenedLaptop extends Laptop {
  readonly store: Store;
  /** Also remembers what it warned of, for the diagnostics. */
  readonly logger: Logger;
}

/** One laptop's engine on real parts: what Electron's engine process, the command line and tests all start. */
export function openLaptop(options: LaptopOptions): OpenedLaptop {
  const now = options.now ?? (() => new Date());
  const logger = rememberProblems(options.logger, isErrorCode);
  const store = openStore(options.dataDir, now());
  const restored = store.restoration();
  if (restored) logger.warn('the database was damaged', { how: restored.how, backupOf: restored.backupOf });
  const fonts = join(options.resources, 'fonts');
  const kept = laptopStore(store, now);
  const signing = pdfSigning(fonts);
  const checkFor = certificateChecks();
  const laptop = createLaptop({
    version: options.version,
    store: kept,
    identity: identity(store, logger, now),
    documents: documents(fonts, options.print, now),
    signing,
    packages: packages({ store, kept, now, logger }),
    authenticationFor: (session) => ({
      authentication: entryAuthentication(session.signer),
      certificates: certificateBook(kept.certificates, session.organisation.authorityCertificate, checkFor(session)),
    }),
    networkFor: (session) =>
      createNetwork({
        place: options,
        session,
        check: checkFor(session),
        store,
        logger,
        now,
        ...(options.meter ? { meter: options.meter } : {}),
      }),
    enrolmentNetwork: enrolmentNetwork(options),
    relay: options.relay !== undefined,
    quietMilliseconds: options.quietMilliseconds,
    samplePackage: sample(options.resources),
    diagnostics: createDiagnostics({ ...options, place: options, store, logger, now }),
    now,
    log: logger,
  });
  const backup = setInterval(() => {
    const failed = (error: unknown) => logger.error('backup failed', {}, error);
    try {
      if (store.health.trouble() !== undefined || !store.backups.due(BACKUP_MINUTES, now())) return;
      store.backups.make(now()).catch(failed);
    } catch (error) {
      failed(error);
    }
  }, BACKUP_LOOK_MILLISECONDS);
  const stopWatching = store.health.onChange(() => {
    const trouble = store.health.trouble();
    logger.warn('storage', { trouble });
    if (trouble !== 'store-damaged') return;
    store.markDamaged('met while working');
    options.onDamaged?.();
  });
  return {
    ...laptop,
    store,
    logger,
    async close() {
      clearInterval(backup);
      stopWatching();
      await laptop.close();
      await store.close();
    },
  };
}

/** One for what is signed and who connects: both show the same certificates. */
function certificateChecks(): (session: Session) => CertificateCheck {
  const checks = new Map<Sha256, CertificateCheck>();
  return ({ organisation: { fingerprint: root, authorityCertificate } }) => {
    const check = checks.get(root) ?? createCertificateCheck(authorityCertificate);
    checks.set(root, check);
    return check;
  };
}

/** The journal holds the own entries since the last backup, and others hold theirs: so it need not be made often. */
const BACKUP_MINUTES = 10;
const BACKUP_LOOK_MILLISECONDS = 5000;

function identity(store: Store, logger: Logger, now: () => Date): Identity {
  return {
    createAuthority,
    openAuthority,
    createKeyVault,
    openKeyVault,
    changePin,
    createRequest,
    requestFingerprint,
    fingerprint,
    validityOf,
    checkCertificate,
    createSigner,
    tlsCredentials,
    createInvitation,
    writeInvitationFile,
    readInvitationFile,
    openDesk: (options) => openDesk({ ...options, now }, store, logger),
    enrol: (options) => enrol({ ...options, now }),
  };
}

/** At the port of last time where it is free: invitations that were handed out name it. */
async function openDesk(
  options: Parameters<Identity['openDesk']>[0] & { readonly now: () => Date },
  store: Store,
  logger: Logger,
) {
  const open = (port: number) =>
    serveEnrolment({
      ...options,
      listen: { ...options.listen, port },
      store: invitationStore(store),
      door: (server) => keepPlaces(server, { limits: enrolmentLimits, logger }),
    });
  const last = store.settings.get('enrolment-port', portSchema);
  const again = last === undefined ? undefined : await open(last);
  const served = again?.ok ? again : await open(options.listen.port);
  if (served.ok) store.settings.set('enrolment-port', served.value.address.port);
  return served;
}

function sample(resources: string): string | undefined {
  const file = join(resources, 'sample-meeting', 'cuoc-hop-mau.phien');
  return existsSync(file) ? file : undefined;
}

/** Fonts, samples and icons: beside the sources while developing, inside the application when packed. */
export function findResources(from: string): string {
  const found = ['../resources', '../../resources', '../../../resources']
    .map((up) => join(from, up))
    .find((folder) => existsSync(join(folder, 'fonts')));
  if (!found) throw new Error('the resources folder is missing: the installation is incomplete');
  return found;
}
