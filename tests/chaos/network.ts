import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { namespaces, ownPrefix, quietly, remove, removeLeftovers, shape } from './namespaces.ts';

export { whyNoNetwork } from './namespaces.ts';

/**
 * A network of this computer's own: every laptop in a network namespace, with a cable (veth) to the switch (bridge) of a
 * room. Needs root and iproute2. All of it is gone when this process ends, however it ends but by kill -9; what a killed
 * one left behind, the next one removes.
 */
export interface LaptopNetwork {
  address(laptop: number): string;
  /** Put before a command, it runs at that laptop. */
  within(laptop: number): readonly string[];
  /** Pulls the laptop's cable, or puts it back. */
  plug(laptop: number, plugged: boolean): void;
  /** Moves these laptops to a switch of their own; none: everybody is in one room again. */
  split(apart: readonly number[]): void;
  /** Limits what goes to and from a laptop; undefined: as fast as it goes. */
  limit(laptop: number, kilobitsPerSecond: number | undefined): void;
  /** Where laptop 0 is also reached, with so much delay each way; resolves with the address. Milliseconds. */
  farAway(port: number, delay: number): Promise<string>;
  remove(): Promise<void>;
}

const NEAR = 'near';
const APART = 'apart';
const FAR_AWAY = '10.77.0.250';

export function layNetwork(laptops: number): LaptopNetwork {
  removeLeftovers();
  const own = ownPrefix();
  const core = `${own}core`;
  const proxies: ChildProcess[] = [];
  const address = (laptop: number) => `10.77.0.${laptop + 1}`;
  const space = (laptop: number) => `${own}${laptop}`;
  const port = (laptop: number) => `to${laptop}`;
  const inCore = (...command: string[]) => quietly('ip', '-n', core, ...command);
  const removeNow = () => remove(namespaces(own));
  process.once('exit', removeNow);

  quietly('ip', 'netns', 'add', core);
  for (const bridge of [NEAR, APART]) {
    // Without snooping the switch floods multicast as a small router does.
    inCore('link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0', 'forward_delay', '0');
    inCore('link', 'set', bridge, 'up');
  }
  inCore('addr', 'add', `${FAR_AWAY}/24`, 'dev', NEAR);
  for (let laptop = 0; laptop < laptops; laptop++) {
    const name = space(laptop);
    quietly('ip', 'netns', 'add', name);
    inCore('link', 'add', port(laptop), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    inCore('link', 'set', port(laptop), 'master', NEAR, 'up');
    quietly('ip', '-n', name, 'link', 'set', 'lo', 'up');
    quietly('ip', '-n', name, 'addr', 'add', `${address(laptop)}/24`, 'dev', 'eth0');
    quietly('ip', '-n', name, 'link', 'set', 'eth0', 'up');
    quietly('ip', '-n', name, 'route', 'add', 'default', 'dev', 'eth0');
  }

  return {
    address,
    within: (laptop) => ['ip', 'netns', 'exec', space(laptop)],
    plug: (laptop, plugged) => inCore('link', 'set', port(laptop), plugged ? 'up' : 'down'),
    split(apart) {
      for (let laptop = 0; laptop < laptops; laptop++)
        inCore('link', 'set', port(laptop), 'master', apart.includes(laptop) ? APART : NEAR);
    },
    limit(laptop, rate) {
      for (const [name, device] of [
        [core, port(laptop)],
        [space(laptop), 'eth0'],
      ] as const)
        shape(name, device, rate);
    },
    async farAway(at, delay) {
      const file = fileURLToPath(new URL('delay-proxy.ts', import.meta.url));
      const target = `${address(0)}:${at}`;
      const proxy = spawn(
        'ip',
        ['netns', 'exec', core, process.execPath, file, FAR_AWAY, String(at), target, String(delay)],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      proxies.push(proxy);
      await once(proxy.stdout, 'data');
      return `${FAR_AWAY}:${at}`;
    },
    async remove() {
      for (const proxy of proxies) {
        if (proxy.exitCode !== null || proxy.signalCode !== null) continue;
        const gone = once(proxy, 'exit');
        proxy.kill('SIGKILL');
        await gone;
      }
      process.off('exit', removeNow);
      removeNow();
    },
  };
}
