import assert from 'node:assert/strict';

/** Words of sentences of ours that the other language does not have. */
const english =
  'the is are was were not this that of and with has have must cannot your you send too many there been for to at by from ' +
  'nothing only use try again expected unsupported found body request already needs which who what where may could took our within';
const spanish =
  'el la los las un una de del que con para por se es son está están ha han hay esta este esto estos tu ya más sin aquí ' +
  'solo usa inténtalo tiene tienen puede pueden necesita debe como existe ese esa al en y o envía todavía ningún ninguna falta tardado';

const anyOf = (words: string) => new RegExp(`(?<![\\p{L}_-])(?:${words.replaceAll(' ', '|')})(?![\\p{L}_-])`, 'iu');
const signs = { en: anyOf(english), es: anyOf(spanish) };

/** Where files are. Their names are nobody's words, and those of temporary folders may have any in them. */
const paths = /(?<=^|[\s(=])(?:file:\/\/)?(?:\/[\w.@+-]+)+/g;

/**
 * Whether it is told in this language and nothing of it in the other. What stands in quotation marks, what has a colon in it
 * as permissions do, and where a file is, is no word of ours.
 */
export function assertLanguage(message: string, language: 'en' | 'es'): void {
  const own = message
    .replaceAll(paths, '')
    .replaceAll(/«[^»]*»|“[^”]*”|"[^"]*"|`[^`]*`|(?<!\p{L})'[^']*'|\b[a-z]+:[a-z]+\b/gu, '');
  const other = language === 'en' ? 'es' : 'en';
  assert.match(own, signs[language], `This is not in ${language}: ${message}`);
  assert.doesNotMatch(own, signs[other], `This has something in ${other}: ${message}`);
}
