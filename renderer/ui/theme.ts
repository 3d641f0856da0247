import { teamsHighContrastTheme, webDarkTheme, webLightTheme, type Theme } from '@fluentui/react-components';

export type ThemeKind = 'light' | 'dark' | 'high-contrast';

const FAMILY = "'Segoe UI', 'Inter Variable', sans-serif";

/** Fluent's sizes raised so that body text is 16 px. Pixels: size and line height. */
const TEXT: Readonly<Record<string, readonly [number, number]>> = {
  Base100: [12, 16],
  Base200: [14, 20],
  Base300: [16, 22],
  Base400: [18, 26],
  Base500: [22, 30],
  Base600: [26, 34],
  Hero700: [30, 38],
  Hero800: [36, 46],
  Hero900: [48, 60],
  Hero1000: [68, 84],
};

const BASES: Readonly<Record<ThemeKind, Theme>> = {
  light: webLightTheme,
  dark: webDarkTheme,
  'high-contrast': teamsHighContrastTheme,
};

/** `textScale`: 1 to 2. */
export function themeOf(kind: ThemeKind, textScale: number): Theme {
  const sizes: Record<string, string> = {};
  for (const [name, [size, line]] of Object.entries(TEXT)) {
    sizes[`fontSize${name}`] = `${Math.round(size * textScale)}px`;
    sizes[`lineHeight${name}`] = `${Math.round(line * textScale)}px`;
  }
  return { ...BASES[kind], ...sizes, fontFamilyBase: FAMILY };
}

export function themeKindOf(
  wanted: 'light' | 'dark' | 'system',
  system: { readonly dark: boolean; readonly highContrast: boolean },
): ThemeKind {
  if (system.highContrast) return 'high-contrast';
  if (wanted === 'system') return system.dark ? 'dark' : 'light';
  return wanted;
}
