import { join } from 'node:path';
import { findResources } from '../../main/wiring/open-laptop.ts';
import { startLaptop, type LaptopProcess } from './laptop.ts';
import type { PreparedRoom } from './room.ts';

/** Where the first laptop of such a room listens; the others reach it through a firewall at 127.0.0.1. */
export const BEHIND = '127.0.0.9';

export const logOf = (folder: string, index: number): string => join(folder, `laptop-${index}.log`);

/** Starts and opens a laptop of a room whose first one is behind a firewall at `port`; it neither carries nor joins yet. */
export async function openLaptopOfRoom(
  index: number,
  at: {
    readonly program: string;
    readonly folder: string;
    /** The data folder of each. */
    readonly folders: readonly string[];
    readonly room: PreparedRoom;
    readonly port: number;
  },
): Promise<LaptopProcess> {
  const laptop = await startLaptop(at.program, { log: logOf(at.folder, index) });
  await laptop.ask({
    ask: 'open',
    setting: {
      folder: at.folders[index] as string,
      resources: findResources(join(import.meta.dirname, '../../main')),
      listenHost: index === 0 ? BEHIND : '127.0.0.1',
      port: index === 0 ? at.port : 0,
      discovery: 'off',
      meeting: at.room.meeting,
      paper: at.room.paper,
      ledger: join(at.folder, `ledger-${index}`),
      addresses: [`127.0.0.1:${at.port}`],
    },
  });
  return laptop;
}
