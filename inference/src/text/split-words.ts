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

/** What is remembered of a character; `self`: it stays as it is. `other`: whatever the map says. */
const kinds = { unseen: 0, nothing: 1, space: 2, alone: 3, self: 4, other: 5 } as const;
const codeCount = 0x110000;
const space: readonly Mapped[] = [{ kind: 'space', text: ' ' }];

/**
 * Words as BERT's basic tokenizer tells them apart (https://github.com/google-research/bert, `tokenization.py`): control
 * characters dropped, spaces of every kind separate, punctuation and ideographs stand alone; without upper case and accents
 * if `isLowerCase`. One at a time, so that nothing is done for the part of a long text that nobody looks at. A word is
 * given up, as its first `wordCharactersMax` + 1 characters, as soon as it is longer than that.
 */
export function createSplitWords({
  isLowerCase,
  wordCharactersMax,
}: {
  isLowerCase: boolean;
  wordCharactersMax: number;
}) {
  // A byte for every character there can be: each is looked at once, however rare it is, and there is no end to be found.
  const remembered = new Uint8Array(codeCount);
  /** Those that become something else: letters with accents or in upper case, of which Unicode has some ten thousand. */
  const others = new Map<number, readonly Mapped[]>();

  function look(character: string, code: number): number {
    const made = mapCharacter(character, code, isLowerCase);
    const [only] = made;
    const kind = !only
      ? kinds.nothing
      : only.kind === 'space'
        ? kinds.space
        : made.length > 1 || only.text !== character
          ? kinds.other
          : only.kind === 'alone'
            ? kinds.alone
            : kinds.self;
    if (kind === kinds.other) others.set(code, made);
    remembered[code] = kind;
    return kind;
  }

  return function* splitWords(text: string): Generator<string, void> {
    let word = '';
    let length = 0;
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      const kind = remembered[code] || look(character, code);
      if (kind === kinds.nothing) continue;
      if (kind === kinds.self) {
        // The rest of an endless word is walked over, not kept.
        if (length > wordCharactersMax) continue;
        word += character;
        if (++length > wordCharactersMax) yield word;
        continue;
      }
      const standsFor = kind === kinds.other ? others.get(code) : kind === kinds.alone ? null : space;
      for (const mapped of standsFor ?? [{ kind: 'alone', text: character }]) {
        if (mapped.kind === 'letter') {
          if (length > wordCharactersMax) continue;
          word += mapped.text;
          if (++length > wordCharactersMax) yield word;
        } else {
          if (length > 0 && length <= wordCharactersMax) yield word;
          word = '';
          length = 0;
          if (mapped.kind === 'alone') yield mapped.text;
        }
      }
    }
    if (length > 0 && length <= wordCharactersMax) yield word;
  };
}

/** What becomes of a character before words are told apart: nothing of control characters. */
function mapCharacter(character: string, code: number, isLowerCase: boolean): readonly Mapped[] {
  if (code === 0xfffd) return [];
  if (/^[\t\n\r\p{Z}]$/u.test(character)) return space;
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
