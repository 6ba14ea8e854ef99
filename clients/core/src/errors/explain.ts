import type { ClientErrorCode } from './client-codes.ts';
import { clientErrors } from './client-errors.ts';
import type { Language } from './client-errors.ts';
import { phrasesEs } from './phrases.es.ts';
import type { SightlineError } from './sightline-error.ts';

export type Explanation = Pick<SightlineError, 'code' | 'message' | 'hint' | 'retryable' | 'docs'>;

/**
 * What went wrong and what to do, for people who read this language: what the client found by itself is translated, what a
 * server said is already in the language that it was asked for.
 */
export function explain({ code, message, hint, retryable, docs }: SightlineError, language: Language): Explanation {
  if (!isOwn(code)) {
    // The client may say a server's code by itself, without a hint.
    const said = hint === null && language === 'es' ? (inSpanish(message) ?? message) : message;
    return { code, message: said, hint, retryable, docs };
  }
  const text = clientErrors[code][language];
  const told = language === 'en' ? message : (inSpanish(message) ?? `${text.title}: ${message}`);
  // Some say more exactly what to do than their code does.
  const own = hint !== null && language === 'es' ? inSpanish(hint) : hint;
  return { code, message: told, hint: own ?? text.hint, retryable, docs };
}

const isOwn = (code: string): code is ClientErrorCode => Object.hasOwn(clientErrors, code);

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function inSpanish(message: string): string | null {
  for (const [english, spanish] of phrasesEs) {
    const parts = english.split(/\{(\w+)\}/);
    const pattern = parts.map((part, index) => (index % 2 ? `(?<${part}>.+?)` : escape(part))).join('');
    const found = new RegExp(`^${pattern}$`, 's').exec(message);
    if (found) return spanish.replaceAll(/\{(\w+)\}/g, (_all, name: string) => found.groups?.[name] ?? '');
  }
  return null;
}
