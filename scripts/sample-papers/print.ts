import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNTIME = new URL('../../.cache/electron.json', import.meta.url);
const APP = fileURLToPath(new URL('print-app', import.meta.url));

/** The Electron that the set-up found; undefined before it has run. */
export async function electronExecutable(): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(RUNTIME, 'utf8')) as { executable: string }).executable;
  } catch {
    return undefined;
  }
}

/**
 * Prints documents with the project's own Electron, as the application does: hidden window, no scripts, no network.
 * @throws Error where no Electron has been set up or it fails.
 */
export function printWithElectron(documents: readonly string[]): Promise<Uint8Array[]> {
  return throughElectron(documents, undefined);
}

/** Pictures (JPEG) of documents on screen, in pixels. @throws Error as above. */
export function photographWithElectron(documents: readonly string[], size: PixelSize): Promise<Uint8Array[]> {
  return throughElectron(documents, size);
}

export type PixelSize = { readonly width: number; readonly height: number };

async function throughElectron(documents: readonly string[], size: PixelSize | undefined): Promise<Uint8Array[]> {
  const executable = await electronExecutable();
  if (executable === undefined) throw new Error('No Electron yet: run `npm run setup` first.');
  const folder = await mkdtemp(join(tmpdir(), 'phien-print-'));
  try {
    const jobs = documents.map((_, index) => ({
      html: join(folder, `${index}.html`),
      out: join(folder, `${index}.out`),
      size,
    }));
    await Promise.all(jobs.map(({ html }, index) => writeFile(html, documents[index] ?? '')));
    await writeFile(join(folder, 'jobs.json'), JSON.stringify(jobs));
    // Electron refuses to start its sandbox as root.
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const args = [...asRoot, `--user-data-dir=${join(folder, 'profile')}`, APP, join(folder, 'jobs.json')];
    await run(executable, args);
    return await Promise.all(jobs.map(({ out }) => readFile(out)));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function run(executable: string, args: readonly string[]): Promise<void> {
  const needsScreen = process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'];
  const child = needsScreen ? spawn('xvfb-run', ['-a', executable, ...args]) : spawn(executable, args);
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (bytes) => (output += String(bytes)));
    child.stderr.on('data', (bytes) => (output += String(bytes)));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Electron could not print (exit code ${code}): ${output}`));
    });
  });
}
