import { join } from 'node:path';
import { consoleLogger } from '../../main/logging/create-logger.ts';
import { findResources, openLaptop } from '../../main/wiring/open-laptop.ts';
import { PIN, type TestLaptop } from '../fixtures/laptops.ts';

/** The real engine without windows on an enrolled person's data folder, unlocked, on loopback. */
export async function openEngine(dataDir: string, name: string): Promise<TestLaptop> {
  const engine = openLaptop({
    dataDir,
    version: '0.0.0-benchmark',
    logger: consoleLogger('error'),
    resources: findResources(join(import.meta.dirname, '../../main')),
    print: undefined,
    listenHost: '127.0.0.1',
    port: 0,
    discovery: 'off',
  });
  await engine.request('app.unlock', { pin: PIN });
  return {
    name,
    dataDir,
    engine,
    request: (request, input) => engine.request(request, input),
    async member() {
      const { me } = await engine.request('app.status', {});
      if (!me) throw new Error(`${name} is not enrolled`);
      return me.member;
    },
    restart: () => Promise.reject(new Error('a measured laptop is not restarted')),
    close: () => engine.close(),
  };
}
