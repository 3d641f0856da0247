import { parseArgs } from 'node:util';
import english from '../../common/i18n/verify.en.json' with { type: 'json' };
import vietnamese from '../../common/i18n/verify.vi.json' with { type: 'json' };
import type { FileVerdict } from '../../common/contract/requests.ts';
import { EXIT_CODES, type Verdict } from '../../common/domain/verdict.ts';
import { verifyFile } from '../meetings/verify-file.ts';
import { verifyPackage } from './packages.ts';
import { pdfVerifier } from './signing.ts';

/** `phien verify FILE`: prints the verdict; returns the exit code, 0 valid, 1 invalid, 2 cannot tell. */
export async function runVerify(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { trust: { type: 'string' }, json: { type: 'boolean' }, lang: { type: 'string' } },
  });
  const [path] = positionals;
  if (!path) {
    console.error('phien verify FILE [--trust PEM] [--json] [--lang vi|en]');
    return EXIT_CODES.unknown;
  }
  const result = await verifyFile(
    { signing: { verify: pdfVerifier }, packages: { verify: verifyPackage } },
    { path, trust: values.trust, roots: [] },
  );
  if (values.json) console.log(JSON.stringify(result, null, 2));
  else console.log(inWords(result, languageOf(values.lang)));
  return EXIT_CODES[result.verdict.outcome];
}

const languageOf = (given: string | undefined): 'vi' | 'en' =>
  given === 'en' || given === 'vi' ? given : process.env['LANG']?.startsWith('en') ? 'en' : 'vi';

function inWords(result: FileVerdict, language: 'vi' | 'en'): string {
  const texts = language === 'vi' ? vietnamese : english;
  const say = (key: string): string => lookUp(texts, key) ?? key;
  const role = (field: string): string => lookUp(texts, `verify.fields.${field}`) ?? field;
  const time = new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', {
    dateStyle: 'short',
    timeStyle: 'long',
    timeZone: 'Asia/Ho_Chi_Minh',
  });
  const signerLines = (signer: Verdict['signers'][number]): string[] => [
    `  ${[
      `${role(signer.field)}: ${signer.name === '' ? say('verify.namelessSigner') : signer.name}`,
      ...(signer.organisation === '' ? [] : [signer.organisation]),
      ...(signer.claimedTime === undefined ? [] : [time.format(new Date(signer.claimedTime))]),
    ].join(', ')}: ${say(`verify.signature.${signer.outcome}`)}`,
    ...signer.problems.map((code) => `    ${say(`verdict.${code}`)}`),
  ];
  const { verdict } = result;
  return [
    `${result.name}: ${say(`verify.outcome.${verdict.outcome}`)}`,
    ...verdict.problems.map((code) => `  ${say(`verdict.${code}`)}`),
    ...verdict.signers.flatMap(signerLines),
    ...verdict.changes.map(
      (change) =>
        `  ${say('verify.changes')} (${role(change.after)}): ${say(`verdict.change.${change.kind}`)}, ${say(change.allowed ? 'verify.changeAllowed' : 'verify.changeNotAllowed')}`,
    ),
    ...verdict.unchecked.map((code) => `  ${say(`verdict.unchecked.${code}`)}`),
  ].join('\n');
}

function lookUp(texts: unknown, key: string): string | undefined {
  let at: unknown = texts;
  for (const part of key.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return typeof at === 'string' ? at : undefined;
}
