import { randomInt } from 'node:crypto';

/** Consonants only: no word comes of it, and nothing looks like a digit (RFC 8628, 6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

/** 20^8 codes: 34 bits. */
export const userCodeCount = letters.length ** length;

/** A code to type, such as `WDJB-MJHT`. */
export function newUserCode(): string {
  const code = Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** What somebody typed, as it is compared: without its dash, in upper case. */
export function plainUserCode(text: string): string {
  return text.replaceAll(/[^A-Za-z]/g, '').toUpperCase();
}
