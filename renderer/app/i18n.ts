import i18next, { type Resource } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { addWords, type WordTree } from './word-tree.ts';

const files = import.meta.glob<WordTree>('../../common/i18n/*.json', { eager: true, import: 'default' });

function resources(): Resource {
  const vi: WordTree = {};
  const en: WordTree = {};
  for (const [path, content] of Object.entries(files)) addWords(path.endsWith('.vi.json') ? vi : en, path, content);
  return { vi: { translation: vi }, en: { translation: en } };
}

export async function startI18n(language: 'vi' | 'en'): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: resources(),
    lng: language,
    fallbackLng: 'vi',
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = language;
}

export async function setLanguage(language: 'vi' | 'en'): Promise<void> {
  if (i18next.language === language) return;
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
