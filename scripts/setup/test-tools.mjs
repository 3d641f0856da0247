// Other people's tools that tests use as judges and as surroundings. Tests that need one that is missing are skipped.
import { capture } from './run.mjs';
import { say, step } from './say.mjs';
import { onPath } from './system-libraries.mjs';

/** Command and the Debian package that has it. @type {readonly (readonly [string, string])[]} */
const tools = [
  ['pdfsig', 'poppler-utils'],
  ['qpdf', 'qpdf'],
  ['openssl', 'openssl'],
  ['ip', 'iproute2'],
  ['nft', 'nftables'],
  ['redis-server', 'redis-server'],
];

/** Installs what is missing where we may, else says what will be skipped. */
export async function ensureTestTools() {
  const missing = tools.filter(([command]) => !onPath(command));
  if (process.platform !== 'linux' || missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    say(
      `Tests that need ${missing.map(([command]) => command).join(', ')} are skipped (Debian: ${packages.join(' ')}).`,
    );
    return;
  }
  await step(`Installing what tests are judged with: ${packages.join(', ')}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await capture('apt-get', ['update', '-qq'], { env });
    const result = await capture('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
    if (result.code !== 0) say(`apt-get could not install them: tests that need them are skipped.`);
  });
}
