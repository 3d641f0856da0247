import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { limits } from './connection-limits.ts';
import { createTurns } from './turns.ts';

/** Hands papers out to many readers at a time: through bounded memory, and so that live messages come between. */
export interface PaperSending {
  /**
   * Sends bytes `start` to `end` (the last one) of the file as the body of `response`, and closes the file. On an error,
   * and when the reader takes nothing for long, the connection is cut: the reader sees too few bytes and asks again.
   */
  send(response: ServerResponse, file: FileHandle, start: number, end: number): Promise<void>;
  /** Bytes of papers that wait to be taken by the network. */
  waiting(): number;
}

/** Large enough that a block costs little beside its bytes, small enough for the processor's cache. */
const LARGE_BYTES = 256 * 1024;
/** One record of TLS, for whoever comes while the large ones are lent. */
const SMALL_BYTES = 16 * 1024;
/** Of papers in one turn of the event loop, about a millisecond's work. */
const TURN_BYTES = 512 * 1024;
/** Free memory is kept for so long after the last paper. */
const KEPT_MILLISECONDS = 10_000;

export function createPaperSending(
  bounds: Readonly<Record<'paperBytesTogether' | 'readerSilenceMilliseconds' | 'connections', number>> = limits,
): PaperSending {
  const large = createBlocks(LARGE_BYTES, Math.floor(bounds.paperBytesTogether / LARGE_BYTES));
  // One for each reader, and there are only so many connections.
  const small = createBlocks(SMALL_BYTES, bounds.connections);
  const turn = createTurns(TURN_BYTES);

  async function sendAll(response: ServerResponse, file: FileHandle, start: number, end: number): Promise<void> {
    let leaving: Promise<void> | undefined;
    for (let at = start; at <= end;) {
      let block = large.lend();
      if (!block) {
        // With a small one nothing is read ahead.
        await leaving;
        block = large.lend() ?? small.lend();
      }
      if (!block) throw new Error('no memory for papers');
      let filled = 0;
      try {
        ({ bytesRead: filled } = await file.read(block.bytes, 0, Math.min(block.bytes.length, end - at + 1), at));
        if (filled === 0) throw new Error('the file is too short');
        await leaving;
        await turn(filled);
        if (response.destroyed) throw new Error('cut off');
      } catch (error) {
        block.giveBack();
        throw error;
      }
      leaving = write(response, block, filled);
      at += filled;
    }
    await leaving;
    response.end();
  }

  return {
    async send(response, file, start, end) {
      response.setTimeout(bounds.readerSilenceMilliseconds, () => response.destroy());
      try {
        await sendAll(response, file, start, end);
      } catch {
        response.destroy();
      } finally {
        await file.close().catch(() => undefined);
      }
    },
    waiting: () => large.lent() + small.lent(),
  };
}

/** Resolves when the block can be used again, or was lost with the connection. */
function write(response: ServerResponse, block: Block, length: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = () => {
      // The network may read it still.
      block.lose();
      resolve();
    };
    response.once('close', cut);
    response.write(block.bytes.subarray(0, length), (error) => {
      response.off('close', cut);
      if (error) return cut();
      block.giveBack();
      resolve();
    });
  });
}

interface Block {
  readonly bytes: Buffer;
  /** One of these, once. */
  giveBack(): void;
  lose(): void;
}

/**
 * Memory in blocks of one size, `most` of them, used again: new ones for each read make the garbage collector go through
 * everything that this laptop holds, many times a second.
 */
function createBlocks(size: number, most: number): { lend(): Block | undefined; lent(): number } {
  let free: Buffer[] = [];
  let lent = 0;
  let forgetting: NodeJS.Timeout | undefined;

  return {
    lend() {
      if (lent === most) return undefined;
      lent++;
      clearTimeout(forgetting);
      const bytes = free.pop() ?? Buffer.allocUnsafeSlow(size);
      let open = true;
      const end = (): boolean => {
        if (!open) return false;
        open = false;
        lent--;
        if (lent === 0) forgetting = setTimeout(() => (free = []), KEPT_MILLISECONDS).unref();
        return true;
      };
      return { bytes, giveBack: () => void (end() && free.push(bytes)), lose: () => void end() };
    },
    lent: () => lent * size,
  };
}
