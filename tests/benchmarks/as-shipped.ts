import { fileURLToPath } from 'node:url';
import { buildProgram } from '../fixtures/program.ts';

const programs = new Map<string, Promise<string>>();

/** A file of this folder in one, as the application would be shipped with it, to be given to `startProcess`. */
export function asShipped(file: string): Promise<string> {
  const known = programs.get(file) ?? buildProgram(fileURLToPath(new URL(file, import.meta.url)), 'benchmarks');
  programs.set(file, known);
  return known;
}
