/** Beyond Latin-1, what the fonts that every reader of PDF has can show: quotes, dashes, the euro. */
const more = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

/**
 * Text as it can be printed on a bill without a font of our own: letters that are missing without their accents, and what
 * has no such form as a question mark, never as other letters.
 */
export function printable(text: string): string {
  let printed = '';
  for (const letter of text.normalize('NFC')) {
    if (isKnown(letter)) printed += letter;
    else {
      const plain = letter.normalize('NFKD').replace(/\p{Mark}/gu, '');
      printed += plain !== '' && [...plain].every(isKnown) ? plain : (cousins[letter] ?? '?');
    }
  }
  return printed;
}

const isKnown = (letter: string) => /^[\n\x20-\x7e\xa0-\xff]$/.test(letter) || more.includes(letter);

/** Letters of Latin alphabets that no accent made. */
const cousins: Readonly<Record<string, string>> = {
  ...{ Ł: 'L', ł: 'l', Đ: 'D', đ: 'd', Ħ: 'H', ħ: 'h', ı: 'i', ĸ: 'k', Ŋ: 'N', ŋ: 'n', Ŧ: 'T', ŧ: 't', ẞ: 'SS' },
  ...{ '‐': '-', '‑': '-', '−': '-', '\t': ' ', '\r': '' },
};
