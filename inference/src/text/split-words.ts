/** `alone`: a word by itself, as punctuation is, and ideographs, which are written without spaces. */
type Mapped = { kind: 'space' | 'alone' | 'letter'; text: string };

/** Blocks of ideographs; Japanese syllables and Korean letters are written as words are. */
const ideographs = [
  { first: 0x3400, last: 0x4dbf },
  { first: 0x4e00, last: 0x9fff },
  { first: 0xf900, last: 0xfaff },
  { first: 0x20000, last: 0x2a6df },
  { first: 0x2a700, last: 0x2ceaf },
  { first: 0x2f800, last: 0x2fa1f },
];

/** Punctuation by the standard, and all of what is neither letter nor digit on a plain keyboard. */
const punctuation = /^(?:\p{P}|[$+<=>^`|~])$/u;
/** Accents, which are characters of their own once letters are taken apart. */
const accents = /\p{Mn}/gu;

/** Characters after the first 65 536 are rare enough to be looked at anew each time. */
const rememberedMax = 0x10000;

/**
 * Words as BERT's basic tokenizer tells them apart (https://github.com/google-research/bert, `tokenization.py`): control
 * characters dropped, spaces of every kind separate, punctuation and ideographs stand alone; without upper case and accents
 * if `isLowerCase`. One at a time, so that nothing is done for the part of a long text that nobody looks at. A word is
 * given up, as its first `wordCharactersMax` + 1 characters, when it is longer than that.
 */
export function createSplitWords({
  isLowerCase,
  wordCharactersMax,
}: {
  isLowerCase: boolean;
  wordCharactersMax: number;
}) {
  const remembered = new Map<number, readonly Mapped[]>();

  function map(character: string): readonly Mapped[] {
    const code = character.codePointAt(0) ?? 0;
    const known = remembered.get(code);
    if (known) return known;
    const made = mapCharacter(character, code, isLowerCase);
    if (code < rememberedMax) remembered.set(code, made);
    return made;
  }

  return function* splitWords(text: string): Generator<string, void> {
    let word = '';
    let length = 0;
    for (const character of text) {
      for (const { kind, text: mapped } of map(character)) {
        if (kind === 'letter') {
          // The rest of an endless word is walked over, not kept.
          if (length <= wordCharactersMax) word += mapped;
          length++;
        } else {
          if (length > 0) yield word;
          word = '';
          length = 0;
          if (kind === 'alone') yield mapped;
        }
      }
    }
    if (length > 0) yield word;
  };
}

/** What becomes of a character before words are told apart: nothing of control characters. */
function mapCharacter(character: string, code: number, isLowerCase: boolean): readonly Mapped[] {
  if (code === 0xfffd) return [];
  if (/^[\t\n\r\p{Z}]$/u.test(character)) return [{ kind: 'space', text: ' ' }];
  // What nobody has assigned yet stays: the same text is to have the same tokens when somebody has.
  if (/^[\p{Cc}\p{Cf}\p{Co}\p{Cs}]$/u.test(character)) return [];
  const isIdeograph = ideographs.some(({ first, last }) => code >= first && code <= last);
  // Character by character, as those who trained the networks did: a final sigma stays a sigma.
  const plain = isLowerCase ? lowerCased(character.normalize('NFD').replace(accents, '')) : character;
  return [...plain].map((each) => ({
    kind: isIdeograph || punctuation.test(each) ? 'alone' : 'letter',
    text: each,
  }));
}

const lowerCased = (text: string) => [...text].map((each) => each.toLowerCase()).join('');
