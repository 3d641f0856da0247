import { stat, statfs } from 'node:fs/promises';
import { cpus, freemem, networkInterfaces, release, totalmem } from 'node:os';
import { join } from 'node:path';
import errors from '../../common/i18n/errors.en.json' with { type: 'json' };
import type { Diagnostics, LinkDiagnostics } from '../../common/contract/diagnostics.ts';
import type { RememberingLogger } from '../logging/recent-problems.ts';
import { DATABASE_FILE, type Store } from '../store/open-store.ts';
import type { NetworkPlace } from './network.ts';

const own: ReadonlySet<string> = new Set(namesIn(errors.errors));

/** Whether it is one of the application's error codes, which say nothing of anybody. */
export const isErrorCode = (text: string): boolean => own.has(text);

function namesIn(tree: object, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? namesIn(value, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}

/** Asks the system, the store and the log; `connections` are those of the open meetings. */
export function createDiagnostics(options: {
  readonly version: string;
  readonly dataDir: string;
  readonly place: Pick<NetworkPlace, 'discovery' | 'listenHost'>;
  readonly store: Store;
  readonly logger: RememberingLogger;
  readonly now: () => Date;
}): (asked: {
  readonly links: readonly LinkDiagnostics[];
  readonly open: number;
  readonly checkDatabase: boolean;
}) => Promise<Diagnostics> {
  const { dataDir, store, now } = options;
  // Opening the store has checked it.
  let database = { sound: true, checkedAt: now().toISOString() };

  function checkDatabase(): void {
    try {
      store.checkIntegrity();
      database = { sound: true, checkedAt: now().toISOString() };
    } catch (error) {
      options.logger.error('database check failed', {}, error);
      database = { sound: false, checkedAt: now().toISOString() };
    }
  }

  return async ({ links, open, checkDatabase: asked }) => {
    if (asked) checkDatabase();
    const meetings = store.meetings.list();
    const disk = await statfs(dataDir).catch(() => null);
    const sizes = await Promise.all(
      ['', '-wal'].map((end) => stat(join(dataDir, `${DATABASE_FILE}${end}`)).catch(() => null)),
    );
    const { electron = null, chrome = null, node } = process.versions as Partial<NodeJS.ProcessVersions>;
    return {
      at: now().toISOString(),
      version: options.version,
      runtime: { electron, chrome, node: node ?? '' },
      platform: {
        system: process.platform,
        release: release(),
        architecture: process.arch,
        processors: cpus().length,
      },
      uptime: process.uptime(),
      memory: { engine: process.memoryUsage.rss(), free: freemem(), total: totalmem() },
      disk: {
        free: disk && disk.bavail * disk.bsize,
        database: sizes[0] ? sizes.reduce((sum, file) => sum + (file?.size ?? 0), 0) : null,
      },
      meetings: {
        all: meetings.length,
        open,
        carried: links.filter(({ role }) => role === 'host').length,
        joined: links.filter(({ role }) => role === 'member').length,
        fromPackages: meetings.filter(({ readOnly }) => readOnly).length,
      },
      papers: store.papers.list().length,
      database,
      discovery: options.place.discovery,
      addresses: ownAddresses(options.place.listenHost),
      links: links.map((link) => ({
        ...link,
        problem: link.problem !== null && isErrorCode(link.problem) ? link.problem : null,
      })),
      problems: options.logger.problems().slice(0, 20),
    };
  };
}

/** Where others could reach this computer. */
function ownAddresses(listenHost: string): string[] {
  if (listenHost !== '0.0.0.0') return [listenHost];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address.replace(/%.*$/, ''));
}
