import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode } from '../errors.ts';
import { errorsEn } from './errors.en.ts';
import type { ErrorText } from './errors.en.ts';
import { errorsEs } from './errors.es.ts';

export type Language = 'en' | 'es';

const catalogues: Record<Language, Record<ErrorCode, ErrorText>> = { en: errorsEn, es: errorsEs };

/** Title and hint of a code in somebody's language. */
export const errorText = (code: ErrorCode, language: Language): ErrorText => catalogues[language][code];

/** What a caller is told: the sidecar's own sentence, in other languages than English behind what the code means. */
export function errorMessage(code: ErrorCode, message: string, language: Language): string {
  return language === 'en' ? message : `${catalogues[language][code].title}: ${message}`;
}

/** The one of our languages that an `accept-language` header likes best: of equals the first; none of ours is English. */
export function languageOf({ 'accept-language': header }: IncomingHttpHeaders): Language {
  let best: { language: Language; quality: number } = { language: 'en', quality: 0 };
  for (const range of (header ?? '').slice(0, 500).split(',')) {
    const found = /^\s*(en|es)(?:-[\w-]+)?\s*(?:;\s*q=([\d.]+)\s*)?$/i.exec(range);
    const quality = Number(found?.[2] ?? 1);
    if (found && quality > best.quality) best = { language: found[1]!.toLowerCase() as Language, quality };
  }
  return best.language;
}
