import { createSplitWords } from './split-words.ts';

export type Tokenizer = {
  /** Numbers of the tokens of a text, its beginning and end marked. Longer texts are cut. Never empty. */
  encode(text: string): number[];
  /** Fills the rest of shorter texts. */
  readonly padding: number;
  readonly tokensMax: number;
};

type Options = {
  /** One token a line; its number is that of the line, from 0. Parts of words begin with `##`. */
  vocabulary: string;
  isLowerCase: boolean;
  tokensMax: number;
};

/** No word is longer; what is, is none that could be taken apart in a way that means something. */
const wordCharactersMax = 100;

/**
 * Characters of a text that are looked at, for each token of the longest text. Enough for any text that is one; it bounds
 * the work for megabytes without a word in them.
 */
const charactersPerToken = 100;

/**
 * WordPiece (https://arxiv.org/abs/1609.08144, as in BERT): a word is the longest token it begins with, and so on with the
 * rest. Names of special tokens in a text are words like any other: a caller's text says nothing to the network but what
 * it says. Throws for a vocabulary without the special tokens.
 */
export function createTokenizer({ vocabulary, isLowerCase, tokensMax }: Options): Tokenizer {
  const { starts, parts, partCodes, longest } = readVocabulary(vocabulary);
  const special = (token: string): number => {
    const id = starts.get(token);
    if (id === undefined) throw new Error(`The vocabulary has no ${token}.`);
    return id;
  };
  const [begin, end, unknown, padding] = ['[CLS]', '[SEP]', '[UNK]', '[PAD]'].map(special) as [
    number,
    number,
    number,
    number,
  ];
  const splitWords = createSplitWords({ isLowerCase, wordCharactersMax });

  /** Null where no token fits. */
  function piecesOf(word: string): number[] | null {
    const pieces: number[] = [];
    // Before any of it is taken apart: a word may look known up to its last letter.
    for (let at = longest; at < word.length; at++) if (!partCodes.has(word.charCodeAt(at))) return null;
    for (let at = 0; at < word.length;) {
      const tokens = at === 0 ? starts : parts;
      let until = Math.min(word.length, at + longest);
      let id: number | undefined;
      for (; until > at; until--) {
        id = tokens.get(word.slice(at, until));
        if (id !== undefined) break;
      }
      if (id === undefined) return null;
      pieces.push(id);
      at = until;
    }
    return pieces;
  }

  return {
    padding,
    tokensMax,
    encode(text) {
      const ids = [begin];
      const room = tokensMax - 1;
      for (const word of splitWords(text.slice(0, charactersPerToken * tokensMax))) {
        const isWord = word.length <= wordCharactersMax || [...word].length <= wordCharactersMax;
        const pieces = (isWord ? piecesOf(word) : null) ?? [unknown];
        for (const id of pieces) if (ids.length < room) ids.push(id);
        if (ids.length >= room) break;
      }
      ids.push(end);
      return ids;
    },
  };
}

function readVocabulary(text: string) {
  const starts = new Map<string, number>();
  const parts = new Map<string, number>();
  /** Of what a token that is not the first can hold, in UTF-16. */
  const partCodes = new Set<number>();
  let longest = 0;
  let id = 0;
  for (const line of text.split('\n')) {
    const token = line.endsWith('\r') ? line.slice(0, -1) : line;
    const isPart = token.length > 2 && token.startsWith('##');
    const piece = isPart ? token.slice(2) : token;
    if (piece !== '') (isPart ? parts : starts).set(piece, id);
    if (isPart) for (let at = 0; at < piece.length; at++) partCodes.add(piece.charCodeAt(at));
    longest = Math.max(longest, piece.length);
    id++;
  }
  return { starts, parts, partCodes, longest };
}
