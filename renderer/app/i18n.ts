import i18next, { type Resource } from 'i18next';
import { initReactI18next } from 'react-i18next';

const files = import.meta.glob<Record<string, unknown>>('../../common/i18n/*.json', { eager: true, import: 'default' });

/** Each feature brings its own file per language, with its own part of the tree. */
function resources(): Resource {
  const vi: Record<string, unknown> = {};
  const en: Record<string, unknown> = {};
  for (const [path, content] of Object.entries(files)) Object.assign(path.endsWith('.vi.json') ? vi : en, content);
  return { vi: { translation: vi as never }, en: { translation: en as never } };
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
