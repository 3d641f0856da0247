import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inRoot } from '../../scripts/setup/paths.mjs';
import { buildProgram } from '../fixtures/program.ts';

/** The laptop's process as one file. Resolves with its path. */
export async function buildLaptopProgram(): Promise<string> {
  const program = await buildProgram(inRoot('tests', 'chaos', 'laptop-process.ts'), 'chaos/program');
  // Started once without anybody to talk to it ends by itself, and leaves the compiled code for all that are killed.
  await promisify(execFile)(process.execPath, [program], { env: programEnvironment(program) });
  return program;
}

/** Compiled once, not by every process. */
export const programEnvironment = (program: string): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_COMPILE_CACHE: join(dirname(program), 'compiled'),
});
