import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { RunOptions, TensorAnswer } from '@sightline/inference/engine/engine';
import type { Tensors } from '@sightline/inference/engine/tensors';
import { SidecarError } from '@sightline/inference/errors';
import { modelConfigSchema } from '@sightline/inference/models/model-config';
import { planRuns } from '@sightline/inference/text/plan-runs';
import { createTextEncoder } from '@sightline/inference/text/text-encoder';
import { floats, someone } from './networks.ts';
import { notToBeHad, serveReal } from './real-models.ts';

const vocabulary = Buffer.from(['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'one', 'two', 'more'].join('\n'));
const config = modelConfigSchema.parse({
  ...{ task: 'text-embedding', licence: 'MIT', source: 'made', digests: {} },
  tokenizer: { kind: 'wordpiece', vocabulary: 'vocabulary.txt', isLowerCase: true, tokensMax: 256 },
  output: { embedding: 'vector' },
});

/** An engine whose vector of a text is its first word's number, and how many tokens it has. */
function countingEngine() {
  const runs: { texts: number; tokens: number; timeoutMs: number; outputs: readonly string[] | undefined }[] = [];
  return {
    runs,
    async run(
      inputs: Tensors,
      options: RunOptions & { outputs?: readonly string[] | undefined },
    ): Promise<TensorAnswer> {
      const of = (name: string) => inputs[name] ?? floats([0], []);
      const [texts = 0, tokens = 0] = of('input_ids').dims;
      runs.push({ texts, tokens, timeoutMs: options.timeoutMs, outputs: options.outputs });
      const ids = new BigInt64Array((of('input_ids').data as Uint8Array).buffer);
      const mask = new BigInt64Array((of('attention_mask').data as Uint8Array).buffer);
      const rows = Array.from({ length: texts }, (_, row) => row * tokens);
      const values = rows.flatMap((at) => [
        Number(ids[at + 1]),
        Number(mask.slice(at, at + tokens).reduce((a, b) => a + b, 0n)),
      ]);
      const timings = { queueMs: 1, preprocessMs: 1, modelMs: 10, postprocessMs: 1 };
      return { ...timings, outputs: { vector: floats([texts, 2], values) }, batchSize: 1 };
    },
  };
}

async function startEncoder() {
  const engine = countingEngine();
  const readFiles: string[] = [];
  const encoder = await createTextEncoder({
    model: { directory: '/models/tiny', config },
    engine,
    readFile: async (path) => (readFiles.push(path), vocabulary),
  });
  return { ...encoder, runs: engine.runs, readFiles };
}

const withCode = (code: string, part: RegExp) => (error: unknown) =>
  error instanceof SidecarError && error.code === code && part.test(error.message);

test('others get their turn while many long texts are taken apart, and whoever hangs up stops it', async () => {
  const { embed, runs } = await startEncoder();
  const texts = Array.from({ length: 6 }, () => 'one '.repeat(5_000));
  let turns = 0;
  const count = () => void (turns++, runs.length === 0 && setImmediate(count));
  setImmediate(count);
  const { vectors } = await embed(texts, someone);
  assert.equal(vectors.length, 6);
  assert.ok(turns >= 5, `${turns} turns`);

  const before = runs.length;
  const leaving = new AbortController();
  const left = embed(texts, { ...someone, signal: leaving.signal });
  leaving.abort(new Error('gone'));
  await assert.rejects(left, /gone/);
  assert.equal(runs.length, before);
});

test('each text gets its own vector, in order, whatever it shares a run with', async () => {
  const { embed, runs } = await startEncoder();
  const { vectors, tokenCounts, timings } = await embed(['two', 'one more more', '', 'more'], someone);
  assert.deepEqual(
    vectors.map((vector) => [...vector]),
    [
      [5, 3],
      [4, 5],
      [3, 2],
      [6, 3],
    ],
  );
  assert.deepEqual(tokenCounts, [3, 5, 2, 3]);
  assert.deepEqual(
    runs.map(({ texts, tokens, outputs }) => ({ texts, tokens, outputs })),
    [{ texts: 4, tokens: 5, outputs: ['vector'] }],
  );
  assert.deepEqual([timings.queueMs, timings.modelMs], [1, 10]);
});

test('long texts do not share one giant run, and short ones are not padded to the longest of all', async () => {
  const { embed, runs } = await startEncoder();
  const long = 'one '.repeat(1_000);
  const texts = Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? long : 'two'));
  const { vectors, tokenCounts, timings } = await embed(texts, someone);
  for (const [index, vector] of vectors.entries()) assert.deepEqual([...vector], index % 2 === 0 ? [4, 256] : [5, 3]);
  assert.deepEqual(tokenCounts.slice(0, 2), [256, 3]);
  assert.deepEqual(
    runs.map(({ texts: count, tokens }) => [count, tokens]),
    [
      [16, 256],
      [16, 256],
      [32, 3],
    ],
  );
  assert.equal(timings.modelMs, 30);
  // One deadline over all of them.
  assert.ok(runs.every(({ timeoutMs }) => timeoutMs > 0 && timeoutMs <= someone.timeoutMs));
});

test('runs hold every text once', () => {
  for (const counts of [
    [],
    [2],
    [300, 2, 256, 17, 4_096, 5_000, 9],
    Array.from({ length: 64 }, (_, at) => at * 4 + 2),
  ]) {
    const runs = planRuns(counts);
    assert.deepEqual(
      runs.flat().toSorted((a, b) => a - b),
      [...counts.keys()],
    );
    for (const run of runs) {
      const longest = Math.max(...run.map((index) => counts[index] ?? 0));
      assert.ok(run.length === 1 || run.length * longest <= 4_096);
    }
  }
});

test('no texts and too many are refused before anything runs', async () => {
  const { embed, runs, textsMax } = await startEncoder();
  await assert.rejects(embed([], someone), withCode('INPUT_INVALID', /1 to 64 texts, not 0/));
  await assert.rejects(
    embed(
      Array.from({ length: textsMax + 1 }, () => 'one'),
      someone,
    ),
    withCode('INPUT_INVALID', /not 65/),
  );
  assert.equal(runs.length, 0);
});

test('the vocabulary is the file that the config names; one that cannot be used is named', async () => {
  const { readFiles } = await startEncoder();
  assert.deepEqual(readFiles, ['/models/tiny/vocabulary.txt']);
  const open = (readFileOf: () => Promise<Uint8Array>) =>
    createTextEncoder({ model: { directory: '/models/tiny', config }, engine: countingEngine(), readFile: readFileOf });
  await assert.rejects(
    open(async () => Buffer.from('one\ntwo')),
    withCode('MODEL_INVALID', /vocabulary\.txt.*\[CLS\]/),
  );
  await assert.rejects(
    open(async () => Uint8Array.of(0xff, 0xfe)),
    withCode('MODEL_INVALID', /vocabulary\.txt/),
  );
  await assert.rejects(
    open(() => Promise.reject(new Error('gone'))),
    withCode('MODEL_INVALID', /gone/),
  );
});

test('a model of another task embeds no texts', async () => {
  const other = modelConfigSchema.parse({ task: 'tensors', licence: 'MIT', source: 'made', digests: {} });
  await assert.rejects(
    createTextEncoder({
      model: { directory: '/', config: other },
      engine: countingEngine(),
      readFile: async () => vocabulary,
    }),
    withCode('MODEL_INVALID', /tensors/),
  );
});

test('real texts: near where they mean the same, far where they do not, the same together as alone', async (t) => {
  const served = await serveReal('minilm');
  if (!served) return t.skip(notToBeHad('minilm'));
  await using model = served;
  const { embed } = await createTextEncoder({ model, engine: model.engine, readFile: (path) => readFile(path) });
  const texts = [
    'A man is walking his dog in the park',
    'A man walks his dog in a park.',
    'The quarterly revenue grew by ten percent',
    'Revenue in the quarter was up 10%',
    'This is an example sentence',
  ];
  const { vectors, tokenCounts } = await embed(texts, someone);
  const [walk, walks, revenue, up, example] = vectors;
  assert.ok(cosine(walk, walks) > 0.8 && cosine(revenue, up) > 0.8, `${cosine(walk, walks)} ${cosine(revenue, up)}`);
  for (const one of [walk, walks]) {
    for (const other of [revenue, up, example]) assert.ok(cosine(one, other) < 0.2, `${cosine(one, other)}`);
  }
  // As the authors of the network print it.
  assert.deepEqual(
    [...(example ?? [])].slice(0, 4).map((value) => value.toFixed(3)),
    ['0.068', '0.064', '0.049', '0.079'],
  );
  assert.equal(tokenCounts[4], 7);
  for (const [index, text] of texts.entries()) {
    const alone = (await embed([text], someone)).vectors[0] ?? new Float32Array();
    assert.equal(alone.length, 384);
    alone.forEach((value, at) => assert.ok(Math.abs(value - (vectors[index]?.[at] ?? Number.NaN)) < 1e-5));
  }
});

const cosine = (one: Float32Array = new Float32Array(), other: Float32Array = new Float32Array()) =>
  one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
