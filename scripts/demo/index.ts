import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { gatherEvidence, type Evidence } from './evidence.ts';
import { holdMeeting } from './hold-meeting.ts';
import { readPlan } from './plan.ts';

/** `npm run demo -- --out DIR [--pdf FILE]…`: a whole meeting with four real applications, driven as people would. */
const { values } = parseArgs({
  options: { out: { type: 'string' }, pdf: { type: 'string', multiple: true } },
});
if (!values.out) {
  console.error('npm run demo -- --out DIR [--pdf FILE]…');
  process.exit(64);
}
const here = process.env['INIT_CWD'] ?? process.cwd();
const out = path.resolve(here, values.out);
const screenshots = path.join(out, 'screenshots');
await mkdir(screenshots, { recursive: true });

const began = Date.now();
const say = (text: string): void =>
  console.log(`[demo ${String(Math.round((Date.now() - began) / 1000)).padStart(3)} s] ${text}`);

const plan = await readPlan((values.pdf ?? []).map((file) => path.resolve(here, file)));
let evidence: Evidence | undefined;
let failure: string | undefined;
let steps: Awaited<ReturnType<typeof holdMeeting>>['steps'] = [];
try {
  const held = await holdMeeting({ plan, out, screenshots, say });
  ({ steps } = held);
  say('checking what the meeting left');
  evidence = await gatherEvidence(out);
} catch (error) {
  failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const ok = failure === undefined && evidence !== undefined && evidence.checks.every(({ passed }) => passed);
const report = {
  ok,
  seconds: Math.round((Date.now() - began) / 100) / 10,
  meeting: plan.title,
  steps,
  ...evidence,
  ...(failure === undefined ? {} : { failure }),
};
await writeFile(path.join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
for (const check of evidence?.checks ?? []) say(`${check.passed ? 'holds' : 'FAILS'}: ${check.name}`);
if (failure !== undefined) console.error(failure);
say(ok ? `everything verified; see ${out}` : 'something did not hold; see report.json');
process.exit(ok ? 0 : 1);
