import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Tells a person, a log scanner and us that this is an API key of Sightline. */
const prefix = 'slk_';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Six digits of base 62 hold any CRC-32. */
const checksumLength = 6;
const shape = /^slk_[A-Za-z0-9_-]{43}(?:[A-Za-z0-9]{6})?$/;
/** `slk_` and 256 bits in base64url: all there was to a key before keys had a checksum. */
const lengthWithoutChecksum = prefix.length + 43;

/** A new API key: prefix, 256 random bits, checksum. Only its hash may be stored. */
export function newApiKey(): string {
  const secret = prefix + randomBytes(32).toString('base64url');
  return secret + checksumOf(secret);
}

/**
 * Whether this looks like an API key of ours. A typing mistake or a half-copied key is told without asking the database,
 * and a scanner that finds one in somebody's repository knows that it is no accident. It proves nothing.
 */
export function isApiKey(text: string): boolean {
  if (!shape.test(text)) return false;
  const secret = text.slice(0, lengthWithoutChecksum);
  return text.length === lengthWithoutChecksum || text.slice(lengthWithoutChecksum) === checksumOf(secret);
}

/** What may be shown of a key for ever, to recognize it by: prefix and six characters, 36 of its 256 bits. */
export function shownPrefixOf(secret: string): string {
  return secret.slice(0, prefix.length + 6);
}

function checksumOf(secret: string): string {
  let rest = crc32(secret);
  let text = '';
  for (let place = 0; place < checksumLength; place += 1) {
    text = digits[rest % digits.length] + text;
    rest = Math.floor(rest / digits.length);
  }
  return text;
}
