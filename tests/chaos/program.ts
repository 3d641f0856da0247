import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { inRoot } from '../../scripts/setup/paths.mjs';

/** The laptop's process as one file: it starts in half the time of the sources. Resolves with its path. */
export async function buildLaptopProgram(): Promise<string> {
  const folder = inRoot('.cache', 'chaos', 'program');
  await mkdir(folder, { recursive: true });
  await build({
    configFile: false,
    logLevel: 'error',
    root: inRoot(),
    build: {
      ssr: inRoot('tests', 'chaos', 'laptop-process.ts'),
      outDir: folder,
      target: 'node24',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'laptop.mjs' } },
    },
    ssr: { noExternal: true, external: ['better-sqlite3', 'pdfjs-dist', 'bufferutil', 'utf-8-validate'] },
  });
  const program = join(folder, 'laptop.mjs');
  // Started once without anybody to talk to it ends by itself, and leaves the compiled code for all that are killed.
  await promisify(execFile)(process.execPath, [program], { env: programEnvironment(program) });
  return program;
}

/** Compiled once, not by every process. */
export const programEnvironment = (program: string): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_COMPILE_CACHE: join(dirname(program), 'compiled'),
});
