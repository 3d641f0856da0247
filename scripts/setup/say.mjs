// Progress in plain words. Everything goes to stderr, so that a command's own answer on stdout stays clean.

const started = performance.now();

/** One line of progress. @param {string} text */
export function say(text) {
  process.stderr.write(`[phien] ${text}\n`);
}

/**
 * Names a step that may take long and says when it is done, with the seconds it took.
 * @template T
 * @param {string} text
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(text, work) {
  say(`${text} …`);
  const from = performance.now();
  const result = await work();
  say(`  done in ${((performance.now() - from) / 1000).toFixed(1)} s`);
  return result;
}

/** Seconds since this script began. */
export function elapsed() {
  return (performance.now() - started) / 1000;
}

/** A set-up problem that a person can solve: shown as its sentence alone, without a stack. */
export class SetupProblem extends Error {
  /** @param {string} sentence */
  constructor(sentence) {
    super(sentence);
    this.name = 'SetupProblem';
  }
}
