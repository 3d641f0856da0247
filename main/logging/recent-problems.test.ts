import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loggerTo } from './create-logger.ts';
import { rememberProblems } from './recent-problems.ts';

const quiet = loggerTo({ write: () => undefined }, 'debug');
const remembering = () => rememberProblems(quiet, (text) => text === 'disk-full');

it('remembers what was warned of, newest first, with how often', () => {
  const logger = remembering();
  logger.info('link lost', { problem: 'disk-full' });
  logger.warn('connection closed', { code: 4403 });
  logger.error('backup failed', {}, Object.assign(new Error('no space'), { code: 'ENOSPC' }));
  logger.warn('connection closed', { code: 4403 });
  logger.warn('not stored', { reason: 'disk-full' });
  expect(logger.problems()).toMatchObject([
    { level: 'warn', event: 'not stored', code: 'disk-full', times: 1 },
    { level: 'warn', event: 'connection closed', code: '4403', times: 2 },
    { level: 'error', event: 'backup failed', code: 'ENOSPC', times: 1 },
  ]);
});

it('keeps nothing of what it was about', () => {
  const logger = remembering();
  const secrets = [
    'Lò Thị Mẫu',
    '284619',
    'Elan',
    'ELANMAU',
    '11111111-1111-4111-8111-111111111111',
    'lo-thi-mau',
    '/home/mau',
  ];
  for (const secret of secrets) {
    logger.warn('entry refused', { code: secret, reason: secret, problem: secret, member: secret, title: secret });
    logger.error('defect', { what: secret }, Object.assign(new Error(secret), { code: secret }));
  }
  logger.warn('entry refused', { code: 284_619 });
  const kept = JSON.stringify(logger.problems());
  for (const secret of secrets) expect(kept).not.toContain(secret);
  expect(logger.problems()).toMatchObject([
    { event: 'entry refused', code: null, times: secrets.length + 1 },
    { event: 'defect', code: null, times: secrets.length },
  ]);
});

it('keeps only so many', () => {
  const logger = remembering();
  for (let number = 0; number < 500; number++) logger.warn(`event ${number}`);
  expect(logger.problems()).toHaveLength(40);
  expect(logger.problems()[0]?.event).toBe('event 499');
});

it('what is logged is named by fixed lower-case words, never by a value', () => {
  const root = join(import.meta.dirname, '../..');
  const calls = globSync('main/**/*.ts', { cwd: root })
    .filter((file) => !file.includes('.test.') && !file.startsWith('main/logging/'))
    .flatMap((file) =>
      [
        ...readFileSync(join(root, file), 'utf8').matchAll(
          /\b(?:log|logger)\.(?:warn|error)\(\s*('[^'\n]*'|"[^"\n]*"|[^,)]*)/g,
        ),
      ].map((match) => `${file}: ${match[1] ?? ''}`),
    );
  expect(calls.length).toBeGreaterThan(30);
  // `linkLogger` passes on what was named elsewhere.
  expect(calls.filter((call) => !/: ('[a-z][a-z ,:'’-]{2,99}'|"[a-z][a-z ,:'’-]{2,99}"|event)$/.test(call))).toEqual(
    [],
  );
});
