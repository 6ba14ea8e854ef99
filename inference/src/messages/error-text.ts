import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode } from '../errors.ts';
import { errorsEn } from './errors.en.ts';
import type { ErrorText } from './errors.en.ts';
import { errorsEs } from './errors.es.ts';
import { phrasesEs } from './phrases.es.ts';
import { wordsEs } from './words.es.ts';

export type Language = 'en' | 'es';

const catalogues: Record<Language, Record<ErrorCode, ErrorText>> = { en: errorsEn, es: errorsEs };

/** Title and hint of a code in somebody's language. */
export const errorText = (code: ErrorCode, language: Language): ErrorText => catalogues[language][code];

/**
 * What was said in English, in somebody's language. What no phrase fits, such as what a library says about a model, stays
 * as it is behind the title of its code.
 */
export function errorMessage(code: ErrorCode, message: string, language: Language): string {
  if (language === 'en') return message;
  return translate(message) ?? `${catalogues[language][code].title}: ${message}`;
}

type Phrase = { pattern: RegExp; spanish: string };

const placeholder = /\{[*!]?\w+\}/;
const isFixed = ([english]: readonly [string, string]) => !placeholder.test(english);
const fixed = new Map(phrasesEs.filter(isFixed));
/** Patterns are made when the first Spanish message is asked for. */
let patterns: Phrase[] | undefined;

/** Longer than any message of ours: what quotes more than this of the caller's is not searched. */
const longestMessage = 1_000;
/** How deep phrases stand in phrases. */
const depthMax = 3;

/** The Spanish of an English message, or null. */
export function translate(message: string, depth = 0): string | null {
  const exact = fixed.get(message) ?? (Object.hasOwn(wordsEs, message) ? wordsEs[message] : undefined);
  if (exact !== undefined) return exact;
  if (message.length > longestMessage || depth > depthMax) return null;
  patterns ??= phrasesEs.filter((phrase) => !isFixed(phrase)).map(toPattern);
  for (const { pattern, spanish } of patterns) {
    const found = pattern.exec(message);
    const told = found && fill(spanish, found.groups ?? {}, depth);
    if (told) return told;
  }
  return null;
}

/** Null where a value that has to be told in Spanish cannot be. */
function fill(spanish: string, values: Record<string, string>, depth: number): string | null {
  let isWhole = true;
  const told = spanish.replaceAll(/\{([*!]?)(\w+)\}/g, (_all, kind: string, name: string) => {
    const value = values[name] ?? '';
    // Numbers and signs are the same in every language.
    if (kind === '' || !/\p{L}/u.test(value)) return value;
    const translated = translate(value, depth + 1);
    if (translated === null && kind === '!') isWhole = false;
    return translated ?? value;
  });
  return isWhole ? told : null;
}

/** Values stand between fixed words, so the pattern fits in one way or not at all for what we say ourselves. */
function toPattern([english, spanish]: readonly [string, string]): Phrase {
  const source = english
    .split(/(\{[*!]?\w+\})/)
    .map((part) => (placeholder.test(part) ? `(?<${part.replaceAll(/\W/g, '')}>.+?)` : escape(part)))
    .join('');
  return { pattern: new RegExp(`^${source}$`, 's'), spanish };
}

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

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
