import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeTexts } from '@sightline/inference/text/encode-texts';
import { createSplitWords } from '@sightline/inference/text/split-words';
import { createTokenizer } from '@sightline/inference/text/tokenizer';

const tokens = [
  ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
  ...['un', '##aff', '##able', '##a', 'a', 'cafe', 'hello', 'world', '!', ',', '[', ']', 'cls', '世', '😀', '##s'],
];
const vocabulary = `${tokens.join('\n')}\n`;
const tokenizer = createTokenizer({ vocabulary, isLowerCase: true, tokensMax: 16 });

/** The tokens of a text by name. */
const named = (text: string, given = tokenizer) => given.encode(text).map((id) => tokens[id]);
const between = (text: string) => named(text).slice(1, -1);
const words = (text: string, isLowerCase = true) => [
  ...createSplitWords({ isLowerCase, wordCharactersMax: 100 })(text),
];

test('a word is the longest token it begins with, and so on with the rest', () => {
  assert.deepEqual(named('unaffable'), ['[CLS]', 'un', '##aff', '##able', '[SEP]']);
  assert.deepEqual(between('hellos world'), ['hello', '##s', 'world']);
});

test('a word of which a part is no token is unknown as a whole', () => {
  assert.deepEqual(between('unaffablex hello'), ['[UNK]', 'hello']);
  // Each side of a word has tokens of its own.
  assert.deepEqual(between('able'), ['[UNK]']);
});

test('case and accents do not matter, however they are written', () => {
  for (const text of ['café', 'CAFE\u0301', 'Cafe']) assert.deepEqual(between(text), ['cafe'], text);
});

test('a vocabulary with upper case keeps case and accents', () => {
  assert.deepEqual(words('Café', false), ['Café']);
});

test('punctuation and ideographs stand alone, other scripts are words', () => {
  assert.deepEqual(words('state-of-the-art, $5!'), [...'state - of - the - art , $ 5 !'.split(' ')]);
  assert.deepEqual(words('你好world世界'), ['你', '好', 'world', '世', '界']);
  assert.deepEqual(words('ひらがな カタカナ'), ['ひらかな', 'カタカナ']);
  assert.deepEqual(words('“hm”…\u037e'), ['“', 'hm', '”', '…', ';']);
});

test('spaces of every kind separate, control characters and what is invisible are dropped', () => {
  assert.deepEqual(words('a\u3000b\u00a0c\td\ne\u2028f'), ['a', 'b', 'c', 'd', 'e', 'f']);
  assert.deepEqual(words('a\0b\u200bc\u00add\ufffde\u007ff\ufeffg'), ['abcdefg']);
});

test('emoji are words, half of one is nothing', () => {
  assert.deepEqual(between('😀 hello'), ['😀', 'hello']);
  assert.deepEqual(between('hello\ud83d'), ['hello']);
});

test('nothing is still a beginning and an end', () => {
  for (const text of ['', ' \n\t ', '\0\0\0']) assert.deepEqual(named(text), ['[CLS]', '[SEP]'], JSON.stringify(text));
});

test('names of special tokens are words like any other', () => {
  assert.deepEqual(between('[CLS] hello'), ['[', 'cls', ']', 'hello']);
});

test('a text is cut to its first tokens, and still ends', () => {
  const cut = named('hello '.repeat(50));
  assert.equal(cut.length, 16);
  assert.deepEqual([cut[0], cut[14], cut[15]], ['[CLS]', 'hello', '[SEP]']);
});

test('a word of more than 100 characters is unknown, one of 100 is not', () => {
  assert.deepEqual(named('a'.repeat(101)), ['[CLS]', '[UNK]', '[SEP]']);
  // As long as its pieces fit: `a` and 13 of the 99 that follow.
  assert.equal(named('a'.repeat(100)).filter((token) => token === '##a').length, 13);
  // Characters, not halves of them.
  assert.deepEqual(between('😀'.repeat(100)), ['[UNK]']);
});

test('a word is given up as soon as it is too long, and the words after it are read', () => {
  const split = createSplitWords({ isLowerCase: true, wordCharactersMax: 100 });
  const endless = 'a'.repeat(5_000);
  assert.deepEqual([...split(`${endless} b ${'é'.repeat(150)}!`)], ['a'.repeat(101), 'b', 'e'.repeat(101), '!']);
  // A text of it that breaks when it is read further.
  let readCount = 0;
  const counted = {
    *[Symbol.iterator]() {
      for (const character of endless) yield (readCount++, character);
    },
  };
  assert.equal(split(counted as unknown as string).next().value, 'a'.repeat(101));
  assert.equal(readCount, 101);
});

test('each character is looked at once, however rare it is', (context) => {
  const text = '\u{10428}\u{1d167}\u{10400}é'.repeat(50);
  const normalize = context.mock.method(String.prototype, 'normalize');
  const split = createSplitWords({ isLowerCase: true, wordCharactersMax: 1_000 });
  const [first, again] = [[...split(text)], [...split(text)]];
  assert.deepEqual(first, ['\u{10428}\u{10428}e'.repeat(50)]);
  assert.deepEqual(again, first);
  assert.equal(normalize.mock.callCount(), 4);
});

test('a word whose end no token has is not taken apart', (context) => {
  const get = context.mock.method(Map.prototype, 'get');
  assert.deepEqual(tokenizer.encode(`${'a'.repeat(99)}z`), [2, 1, 3]);
  assert.ok(get.mock.callCount() < 10, `${get.mock.callCount()} tokens were tried`);
});

test('of megabytes without a word only the beginning is looked at', () => {
  const looked = createTokenizer({ vocabulary, isLowerCase: true, tokensMax: 8 });
  // 8 tokens × 100 characters: what follows is never reached.
  assert.deepEqual(named(`${' '.repeat(799)}hello`, looked), ['[CLS]', '[UNK]', '[SEP]']);
  assert.deepEqual(named(`${'\0'.repeat(800)}hello`, looked), ['[CLS]', '[SEP]']);
});

test('a vocabulary may end its lines as on Windows, and must have the special tokens', () => {
  const other = createTokenizer({ vocabulary: tokens.join('\r\n'), isLowerCase: true, tokensMax: 16 });
  assert.deepEqual(named('hello world', other), ['[CLS]', 'hello', 'world', '[SEP]']);
  const incomplete = vocabulary.replace('[SEP]', '[END]');
  assert.throws(() => createTokenizer({ vocabulary: incomplete, isLowerCase: true, tokensMax: 16 }), /no \[SEP\]/);
});

test('texts that share a run are padded to the longest, and the mask tells which is which', () => {
  const tensors = encodeTexts(tokenizer, ['hello world', '']);
  const of = (name: string) => {
    const { dims, data } = tensors[name] ?? { dims: [], data: new Uint8Array() };
    assert.ok(
      data instanceof Uint8Array && data.buffer instanceof SharedArrayBuffer,
      'a crashed engine takes it along',
    );
    return { dims, numbers: [...new BigInt64Array(data.buffer)].map(Number) };
  };
  assert.deepEqual(of('input_ids'), { dims: [2, 4], numbers: [2, 11, 12, 3, 2, 3, 0, 0] });
  assert.deepEqual(of('attention_mask'), { dims: [2, 4], numbers: [1, 1, 1, 1, 1, 1, 0, 0] });
});
