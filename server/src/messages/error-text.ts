import type { Locale } from '@sightline/db/client';
import type { ErrorCode } from '../errors/codes.ts';
import { errorsEn } from './errors.en.ts';
import type { ErrorText } from './errors.en.ts';
import { errorsEs } from './errors.es.ts';
import { libraryPhrasesEs } from './library-phrases.es.ts';
import { phrasesEs, wordsEs } from './phrases.es.ts';
import { capturePhrasesEs } from './capture-phrases.es.ts';
import { eventPhrasesEs } from './event-phrases.es.ts';
import { runPhrasesEs } from './run-phrases.es.ts';

const catalogues: Record<Locale, Record<ErrorCode, ErrorText>> = { EN: errorsEn, ES: errorsEs };

/** Title and hint of a code in somebody's language. */
export function errorText(code: ErrorCode, locale: Locale): ErrorText {
  return catalogues[locale][code];
}

/**
 * What was said in English, in somebody's language. What no phrase fits, such as what the library says that checks
 * documents, stays as it is behind the title of its code.
 */
export function errorMessage(code: ErrorCode, message: string, locale: Locale): string {
  if (locale === 'EN') return message;
  return translate(message) ?? `${errorsEs[code].title}: ${message}`;
}

type Phrase = { pattern: RegExp; spanish: string };

const phrases = [...phrasesEs, ...libraryPhrasesEs, ...runPhrasesEs, ...eventPhrasesEs, ...capturePhrasesEs];
const plain = new Map(phrases.filter(([english]) => !/\{\*?\w+\}/.test(english)));
/** Patterns are made when the first Spanish message is asked for. */
let patterns: Phrase[] | undefined;

/** Longer than any message of ours: what quotes more than this of the caller's is not searched. */
const longestMessage = 1_000;

/** How deep phrases stand in phrases. */
const depthMax = 3;

/** The Spanish of an English message, or null. */
export function translate(message: string, depth = 0): string | null {
  const exact = plain.get(message);
  if (exact !== undefined) return exact;
  if (message.length > longestMessage || depth > depthMax) return null;
  patterns ??= phrases.filter(([english]) => !plain.has(english)).map(toPattern);
  for (const { pattern, spanish } of patterns) {
    const found = pattern.exec(message);
    if (!found) continue;
    return spanish.replaceAll(/\{(\*?)(\w+)\}/g, (_all, isWord, name) => {
      const value = found.groups?.[name] ?? '';
      return isWord === '*' ? wordOf(value, depth) : value;
    });
  }
  return null;
}

/** A word of ours, or a phrase in a phrase; what is neither stays as it is. */
function wordOf(value: string, depth: number): string {
  return Object.hasOwn(wordsEs, value) ? wordsEs[value]! : (translate(value, depth + 1) ?? value);
}

/** Values stand between fixed words, so the pattern fits in one way or not at all for what we say ourselves. */
function toPattern([english, spanish]: readonly [string, string]): Phrase {
  const source = english
    .split(/(\{\*?\w+\})/)
    .map((part) => (/^\{\*?\w+\}$/.test(part) ? `(?<${part.replaceAll(/\W/g, '')}>.+?)` : escape(part)))
    .join('');
  return { pattern: new RegExp(`^${source}$`, 's'), spanish };
}

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
