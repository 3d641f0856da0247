import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileLogger, loggerTo, type LogLevel } from './create-logger.ts';
import { formatError } from './format-error.ts';
import type { LogFields } from './logger.ts';
import { rotatingFile } from './rotating-file.ts';

function logged(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const logger = loggerTo({ write: (line) => void lines.push(line) }, level);
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('a logged line', () => {
  it('is one line of JSON with level, time, event and fields', () => {
    const { logger, lines, last } = logged();
    logger.info('meeting carried', { meeting: 'abcdefghijklmnopqrstuvwxyz', peers: 3, late: false, problem: null });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(last()).toMatchObject({ level: 30, msg: 'meeting carried', peers: 3, late: false, problem: null });
    expect(Date.parse(String(last()['time']))).toBeGreaterThan(0);
  });

  it('below the level is not written', () => {
    const { logger, lines } = logged('warn');
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(lines).toHaveLength(2);
  });

  it('holds no key, PIN, entry or contents', () => {
    const { logger, lines } = logged();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    expect(createPrivateKey(pem).type).toBe('private');
    const jws = `${'eyJhbGciOiJQUzI1NiJ9'.repeat(3)}.eyJib2R5Ijoi.c2lnbmF0dXJl`;
    logger.warn('refused', { pin: '246810', password: 'bí mật', reason: `${pem}`, from: jws, body: 'Tán thành' });
    logger.error('failed', {}, new Error(`cannot read ${pem} of ${jws}`, { cause: new Error(pem) }));
    const careless = { vote: { choice: 'approve' } } as unknown as LogFields;
    logger.info('careless', careless);
    for (const secret of ['246810', 'bí mật', 'Tán thành', 'approve', 'eyJ', 'c2lnb', pem.slice(40, 60)]) {
      expect(lines.join('')).not.toContain(secret);
    }
  });

  it('keeps what names things: hashes, ids, paths', () => {
    const { logger, last } = logged();
    const hash = 'ab12'.repeat(16);
    const id = '11111111-1111-4111-8111-111111111111';
    const path = `/home/lan/.config/phien/papers/${hash}.part`;
    logger.info('stored', { paper: hash, document: `ink/${hash}/${id}`, path });
    expect(last()).toMatchObject({ paper: hash, document: `ink/${hash}/${id}`, path });
  });

  it('cannot be split or flooded by what a peer sent', () => {
    const { logger, lines } = logged();
    logger.warn('refused', { from: `x\n{"level":50,"msg":"forged"}\r\u2028`, name: 'a b '.repeat(1_000_000) });
    expect(lines[0]?.trimEnd().split(/[\n\r\u2028]/)).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThan(1000);
  });
});

describe('a logged error', () => {
  it('comes with code, frames and every cause', () => {
    const cause = Object.assign(new Error('disk'), { code: 'ENOSPC' });
    const error = formatError(new Error('not stored', { cause }));
    expect(error).toMatchObject({ name: 'Error', message: 'not stored', cause: { message: 'disk', code: 'ENOSPC' } });
    expect(error.stack).toMatch(/^at /);
    expect(error.stack).not.toContain('not stored');
    expect(formatError(new AggregateError([new Error('first'), 'second'])).errors).toMatchObject([
      { message: 'first' },
      { name: 'string', message: 'second' },
    ]);
  });

  it('can be anything, even a circle or hostile', () => {
    const circle = new Error('round');
    circle.cause = circle;
    expect(JSON.stringify(formatError(circle)).match(/round/g)?.length).toBe(6);
    expect(formatError(undefined)).toEqual({ name: 'undefined', message: 'undefined' });
    const hostile = {
      toString() {
        throw new Error('no');
      },
    };
    expect(formatError(hostile)).toEqual({ name: 'Unprintable', message: '' });
  });
});

describe('the log file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'phien-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lies in the data folder, for its owner only, and goes on after a restart', () => {
    for (const event of ['first start', 'second start']) {
      const logger = fileLogger(folder);
      logger.info(event);
      logger.close();
    }
    const path = join(folder, 'logs', 'phien.log');
    expect(readFileSync(path, 'utf8')).toMatch(/first start.*\n.*second start.*\n$/);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('stays within its bound and keeps the newest lines', () => {
    const path = join(folder, 'log');
    const file = rotatingFile(path, 1000, 2);
    for (let i = 0; i < 500; i++) file.write(`line ${String(i).padStart(4, '0')}\n`);
    file.close();
    const names = readdirSync(folder).sort();
    expect(names).toEqual(['log', 'log.1', 'log.2']);
    for (const name of names) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1000);
    const all = ['log.2', 'log.1', 'log'].map((name) => readFileSync(join(folder, name), 'utf8')).join('');
    const numbers = [...all.matchAll(/line (\d+)/g)].map(([, number]) => Number(number));
    expect(numbers.at(-1)).toBe(499);
    expect(numbers).toEqual(numbers.map((_, index) => 500 - numbers.length + index));
  });

  it('that cannot be written does not stop the work', () => {
    writeFileSync(join(folder, 'logs'), 'in the way');
    const logger = fileLogger(folder);
    expect(() => logger.error('lost', {}, new Error('x'))).not.toThrow();
    logger.close();
  });
});
