import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADDING_REFUSALS } from '../../common/contract/requests.ts';
import { CHANGE_KINDS, PROBLEMS, UNCHECKED } from '../../common/domain/verdict.ts';
import { addWords, type WordTree } from './word-tree.ts';

const root = join(import.meta.dirname, '../..');
function load(language: 'vi' | 'en'): Map<string, string> {
  const all: WordTree = {};
  for (const file of globSync(`common/i18n/*.${language}.json`, { cwd: root })) {
    addWords(all, file, JSON.parse(readFileSync(join(root, file), 'utf8')) as WordTree);
  }
  const found = new Map<string, string>();
  const walk = (tree: WordTree, prefix: string): void => {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value === 'string') found.set(prefix + key, value);
      else walk(value, `${prefix}${key}.`);
    }
  };
  walk(all, '');
  return found;
}

const vi = load('vi');
const en = load('en');
/** Plural forms stand for their key. */
const plain = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, '');
const keys = new Set([...vi.keys()].map(plain));

const sources = globSync('renderer/**/*.{ts,tsx}', { cwd: root })
  .filter((file) => !file.includes('.test.'))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

describe('words of the interface', () => {
  it('are the same keys in Vietnamese and English', () => {
    expect([...keys].toSorted()).toEqual([...new Set([...en.keys()].map(plain))].toSorted());
  });

  it('take the same values in both languages', () => {
    const values = (text: string | undefined): string =>
      [...new Set([...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]))].toSorted().join(' ');
    const differing = [...vi].filter(([key, text]) => en.has(key) && values(text) !== values(en.get(key)));
    expect(differing).toEqual([]);
  });

  it('are normalised and not empty', () => {
    const bad = [...vi, ...en].filter(([, text]) => text.trim() === '' || text !== text.normalize('NFC'));
    expect(bad).toEqual([]);
  });

  it('stand once each: of a key that stands twice only the second would be read', () => {
    const keysIn = (tree: WordTree | string): number =>
      typeof tree === 'string' ? 0 : Object.values(tree).reduce((sum, value) => sum + 1 + keysIn(value), 0);
    for (const file of globSync('common/i18n/*.json', { cwd: root })) {
      const text = readFileSync(join(root, file), 'utf8');
      expect([file, text.match(/^\s*"\w[\w-]*":/gm)?.length]).toEqual([file, keysIn(JSON.parse(text) as WordTree)]);
    }
  });

  it('are there for every key that is written out in the code', () => {
    const missing = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/\bt\(\s*'([^']+)'/g), ...text.matchAll(/\bnotify\(\s*'[a-z]+',\s*'([^']+)'/g)]
        .map((match) => match[1] ?? '')
        .filter((key) => !keys.has(key))
        .map((key) => `${file}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  it('are there for every kind of key that is put together in the code', () => {
    const missing = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/\bt\(\s*`([^`]+)`/g)]
        .map((match) => match[1] ?? '')
        .filter((template) => {
          const pattern = new RegExp(
            `^${template
              .split(/\$\{[^}]*\}/)
              .map((part) => part.replaceAll('.', '\\.'))
              .join('[^.]+')}$`,
          );
          return ![...keys].some((key) => pattern.test(key));
        })
        .map((template) => `${file}: ${template}`),
    );
    expect(missing).toEqual([]);
  });

  it('cover everything that a verdict can say', () => {
    const codes = [
      ...Object.keys(PROBLEMS),
      ...CHANGE_KINDS.map((kind) => `change.${kind}`),
      ...UNCHECKED.map((code) => `unchecked.${code}`),
    ];
    expect(codes.filter((code) => !keys.has(`verdict.${code}`))).toEqual([]);
  });

  it('cover every reason for which a paper is not added', () => {
    expect(ADDING_REFUSALS.filter((reason) => !keys.has(`agenda.refused.${reason}`))).toEqual([]);
  });

  it('cover every refusal that the engine writes out', () => {
    const refusals = globSync('main/**/*.ts', { cwd: root })
      .filter((file) => !file.includes('.test.'))
      .flatMap((file) =>
        [...readFileSync(join(root, file), 'utf8').matchAll(/new Refusal\(\s*'([^']+)'/g)].map(
          (match) => match[1] ?? '',
        ),
      );
    expect(refusals.length).toBeGreaterThan(10);
    expect(refusals.filter((code) => !keys.has(`errors.${code}`))).toEqual([]);
  });
});
