import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
export type Language = 'en' | 'es';
type Settings = { readonly theme: Theme; readonly language: Language };

const themes: readonly Theme[] = ['system', 'light', 'dark'];
const languages: readonly Language[] = ['en', 'es'];
const place = 'sightline-console';
const listeners = new Set<() => void>();

let current = read();

/** What this browser keeps; the system's theme and the browser's language unless somebody chose. */
function read(): Settings {
  let kept: Partial<Record<keyof Settings, unknown>> = {};
  try {
    kept = JSON.parse(localStorage.getItem(place) ?? '{}') as typeof kept;
  } catch {
    // Switched off, or not written by us: as if nobody had chosen.
  }
  const preferred = navigator.language.toLowerCase().startsWith('es') ? 'es' : 'en';
  return {
    theme: themes.find((theme) => theme === kept.theme) ?? 'system',
    language: languages.find((language) => language === kept.language) ?? preferred,
  };
}

/** Puts theme and language where style sheets and screen readers look for them. */
export function applySettings(): void {
  const { dataset } = document.documentElement;
  if (current.theme === 'system') delete dataset['theme'];
  else dataset['theme'] = current.theme;
  document.documentElement.lang = current.language;
}

/** Chooses for this browser. */
export function changeSettings(change: Partial<Settings>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(place, JSON.stringify(current));
  } catch {
    // Until the page is left, then.
  }
  applySettings();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For what is no component. */
export const languageNow = (): Language => current.language;

export const useSettings = (): Settings => useSyncExternalStore(subscribe, () => current);

/** By which dates and numbers are written: the chosen language, as it is in the region that the browser speaks of. */
export function localeOf(language: Language, spoken: readonly string[] = navigator.languages): string {
  const own = spoken.find((tag) => tag.toLowerCase().startsWith(`${language}-`));
  const region = spoken.map((tag) => /-([A-Z]{2}|\d{3})\b/.exec(tag)?.[1]).find((found) => found !== undefined);
  return own ?? (region ? `${language}-${region}` : language);
}

/** For `Intl`: see `localeOf`. */
export const useLocale = (): string => localeOf(useSettings().language);
