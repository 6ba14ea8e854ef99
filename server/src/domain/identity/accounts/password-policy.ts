/** Fewest and most characters of a password. NIST 800-63B: length is what counts, no rules about kinds of characters. */
export const passwordLength = { min: 10, max: 128 };

/** What a password is made of that nobody has to guess. */
const known =
  'password passwort contrasena contraseña letmein welcome bienvenido iloveyou tequiero administrator admin superuser changeme qwertyuiop qwertzuiop qwerty azerty asdfghjkl zxcvbnm abcdefghij sightline monkey dragon football baseball sunshine princess trustno secret login master default'.split(
    ' ',
  );
const rows = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  '98765432109876543210',
];

/** Characters as people count them, not as they are stored. */
export const lengthOf = (password: string): number => [...password].length;

/**
 * Why a new password is refused, in words for who chose it; null when it is not. `own` is what everybody knows of them:
 * their address, their name.
 */
export function passwordProblem(password: string, own: readonly string[]): string | null {
  const length = lengthOf(password);
  if (length < passwordLength.min) return `A password has at least ${passwordLength.min} characters.`;
  if (length > passwordLength.max) return `A password has at most ${passwordLength.max} characters.`;
  const text = password.normalize('NFKC').toLowerCase();
  if (new Set(text).size < 4) return 'A password needs more than three different characters.';
  if (rows.some((row) => row.includes(text))) return 'This password is a row of keys: others try it first.';
  // What is left without the signs and figures that people put around a word.
  const core = text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const plain = core.replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('3', 'e').replaceAll(/[4@]/g, 'a');
  if (known.some((word) => isRepeated(plain.replaceAll(/[5$]/g, 's'), word))) {
    return 'This password is a well-known word: others try it first.';
  }
  const words = own.flatMap((each) => [each, each.split('@')[0] ?? '']).map((each) => each.trim().toLowerCase());
  if (words.some((word) => word.length >= 4 && (text === word || isRepeated(core, word)))) {
    return 'A password is not your name or your address.';
  }
  return null;
}

function isRepeated(text: string, word: string): boolean {
  return text !== '' && text === word.repeat(Math.max(1, Math.round(text.length / word.length)));
}
