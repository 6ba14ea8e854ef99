import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Tensors } from '@sightline/inference/engine/tensors';
import { imagenet1k } from '@sightline/inference/models/imagenet-labels';
import { vectorsOf } from '@sightline/inference/text/encode-texts';
import { createReadClasses } from '@sightline/inference/vision/classes';
import type { ClassificationConfig } from '@sightline/inference/vision/classes';
import { floats, someone, valuesOf } from './networks.ts';
import { notToBeHad, serveReal } from './real-models.ts';

const everything = { countMax: 10, confidenceMin: 0 };
const labels = ['ant', 'bee', 'cat', 'dog'];

function read(
  scores: readonly number[],
  activation: ClassificationConfig['output']['activation'] = 'none',
  limits = everything,
) {
  const readClasses = createReadClasses({ labels, output: { scores: 'scores', activation } });
  return readClasses({ scores: floats([1, scores.length], scores) }, limits);
}

test('the surest class comes first, and no more are told than were asked for', () => {
  const seen = read([0.125, 0.5, 0, 0.25], 'none', { countMax: 2, confidenceMin: 0 });
  assert.deepEqual(seen, [
    { label: 'bee', classId: 1, confidence: 0.5 },
    { label: 'dog', classId: 3, confidence: 0.25 },
  ]);
});

test('below the threshold nothing is told, at it it is; of two as sure the first comes first', () => {
  const seen = read([0.25, 0.5, 0.125, 0.25], 'none', { countMax: 10, confidenceMin: 0.25 });
  assert.deepEqual(
    seen.map(({ label }) => label),
    ['bee', 'ant', 'dog'],
  );
});

test('scores become shares of all or each its own, also where their exponentials are no numbers', () => {
  const shares = read([1_000, 1_000 + Math.log(3), -1_000, 0], 'softmax');
  assert.ok(Math.abs((shares[0]?.confidence ?? 0) - 0.75) < 1e-4);
  assert.ok(Math.abs((shares[1]?.confidence ?? 0) - 0.25) < 1e-4);
  const each = read([0, Math.log(3), -1_000, 1_000], 'sigmoid').map(({ confidence }) => confidence);
  each.forEach((confidence, at) => assert.ok(Math.abs(confidence - ([1, 0.75, 0.5, 0][at] ?? 0)) < 1e-6));
});

test('what is no number is never told', () => {
  for (const activation of ['none', 'sigmoid'] as const) {
    const seen = read([Number.NaN, 0.5, 0.25, 0.125], activation);
    assert.deepEqual(
      seen.map(({ label }) => label),
      ['bee', 'cat', 'dog'],
    );
  }
  assert.deepEqual(read([Number.NaN, 1, 1, 1], 'softmax'), [], 'then none of the shares is one');
});

test('a network that does not fit its config is refused', () => {
  assert.throws(() => read([1, 2, 3]), /3 scores for 4 labels/);
  const readClasses = createReadClasses({ labels, output: { scores: 'other', activation: 'none' } });
  assert.throws(() => readClasses({ scores: floats([1, 4], [1, 2, 3, 4]) }, everything), /no output 'other'/);
});

test('the thousand classes are a thousand, each with a name of its own', () => {
  assert.equal(imagenet1k.length, 1000);
  assert.equal(new Set(imagenet1k).size, 1000);
  assert.deepEqual([imagenet1k[0], imagenet1k[285], imagenet1k[999]], ['tench', 'Egyptian cat', 'toilet tissue']);
});

const samples = new URL('../../deploy/samples/pictures/', import.meta.url);
/** What a person sees in the middle of a picture, in the words of the thousand classes. */
const known = {
  'cat.jpg': ['Egyptian cat', 'tabby', 'tiger cat'],
  'coffee.jpg': ['espresso'],
  'dog.jpg': ['malamute', 'Eskimo dog', 'Siberian husky'],
  'eagle.jpg': ['bald eagle'],
  'giraffe.jpg': ['zebra'],
  'kite.jpg': ['seashore'],
};

test('on real pictures the classifier says what is seen, and the same together as alone', async (t) => {
  const served = await serveReal('resnet50');
  if (!served) return t.skip(notToBeHad('resnet50'));
  await using model = served;
  const { config, encoder, engine } = model;
  assert.ok(config.task === 'classification' && encoder);
  const readClasses = createReadClasses(config);
  const look = async (name: string): Promise<Tensors> =>
    (await encoder.file(await readFile(new URL(name, samples)), someone)).outputs;
  const alone = new Map<string, Tensors>();

  for (const [name, wanted] of Object.entries(known)) {
    await t.test(name, async () => {
      const outputs = await look(name);
      alone.set(name, outputs);
      const [first] = readClasses(outputs, { countMax: 5, confidenceMin: 0.1 });
      assert.ok(first && wanted.includes(first.label), `${first?.label} ${first?.confidence}`);
      const [vector = new Float32Array()] = vectorsOf(outputs, 'embedding');
      assert.equal(vector.length, 2048);
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
    });
  }

  await t.test('a run of several pictures', async () => {
    const pixels = [3, 5, 7].map((seed) =>
      Uint8Array.from({ length: 224 * 224 * 3 }, (_, at) => (at * seed * 7_919) % 251),
    );
    const run = async (pictures: readonly Uint8Array[]) => {
      const data = new Uint8Array(new SharedArrayBuffer(pictures.length * 224 * 224 * 3));
      pictures.forEach((picture, index) => data.set(picture, index * picture.length));
      return (await engine.run({ pixels: { type: 'uint8', dims: [pictures.length, 224, 224, 3], data } }, someone))
        .outputs;
    };
    const together = await run(pixels);
    const singles = await Promise.all(pixels.map((picture) => run([picture])));
    for (const name of ['scores', 'embedding']) {
      const expected = singles.flatMap((outputs) => valuesOf(outputs[name] ?? floats([0], [])));
      const found = valuesOf(together[name] ?? floats([0], []));
      assert.equal(found.length, expected.length);
      const furthest = Math.max(...found.map((value, at) => Math.abs(value - (expected[at] ?? Number.NaN))));
      assert.ok(furthest < 1e-5, `${name}: ${furthest}`);
    }
  });

  await t.test('vectors: a picture is nearer to itself made smaller than to any other', async () => {
    const cat = vectorsOf(alone.get('cat.jpg') ?? {}, 'embedding')[0] ?? new Float32Array();
    const small = await encoder.file(
      await readFile(new URL('../../inference/assets/self-test-cat.jpg', import.meta.url)),
      someone,
    );
    const again = vectorsOf(small.outputs, 'embedding')[0] ?? new Float32Array();
    const others = [...alone].filter(([name]) => name !== 'cat.jpg');
    const nearest = Math.max(...others.map(([, outputs]) => cosine(cat, vectorsOf(outputs, 'embedding')[0])));
    assert.ok(cosine(cat, again) > 0.9, `${cosine(cat, again)}`);
    assert.ok(nearest < 0.7, `${nearest}`);
  });
});

const cosine = (one: Float32Array, other: Float32Array = new Float32Array()) =>
  one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
