import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { RunOptions } from '../../engine/engine.ts';
import { asFloats } from '../../engine/floats.ts';
import type { Tensor, Tensors } from '../../engine/tensors.ts';
import { SidecarError } from '../../errors.ts';
import { labelsOf } from '../model-config.ts';
import type { ServedModel } from '../served-model.ts';

const options: RunOptions = {
  tenant: 'self-test',
  weight: 1,
  priority: 'interactive',
  timeoutMs: 60_000,
};
/** A thousand classes differ in little: the right one is among the first few. */
const likeliestMax = 5;
/** Tokens of a made-up text. */
const tokenCount = 8;

/** Throws MODEL_INVALID when a model does not run, or does not see what everybody sees. */
export async function selfTest(model: ServedModel): Promise<void> {
  const { config } = model;
  switch (config.task) {
    case 'detection':
      return testDetection(model);
    case 'classification':
      return testClassification(model);
    case 'image-embedding': {
      const { outputs } = (await model.encoder?.file(await greyPicture(), options)) ?? { outputs: {} };
      return void numbersOf(outputs, config.output.embedding);
    }
    case 'text-embedding': {
      const { outputs } = await model.engine.run(madeUpText(model), options);
      return void numbersOf(outputs, config.output.embedding);
    }
    case 'tensors':
      // Nothing is known of what it takes; that it opened and warmed up has to do.
      return;
  }
}

async function testDetection({ detector, directory, config }: ServedModel): Promise<void> {
  if (!detector || config.task !== 'detection') return;
  const { selfTest: test, thresholds } = config;
  const picture = test ? await readFile(join(directory, test.picture)) : await greyPicture();
  const { detections } = await detector.file(picture, { ...options, confidenceMin: thresholds.confidence });
  // Nothing known to look for: at least it runs.
  if (!test || detections.some(({ label }) => label === test.label)) return;
  throw blind(
    test.label,
    detections.map(({ label }) => label),
  );
}

async function testClassification({ encoder, directory, config }: ServedModel): Promise<void> {
  if (!encoder || config.task !== 'classification') return;
  const { selfTest: test, output } = config;
  const picture = test ? await readFile(join(directory, test.picture)) : await greyPicture();
  const { outputs } = await encoder.file(picture, options);
  if (output.embedding !== undefined) numbersOf(outputs, output.embedding);
  const scores = numbersOf(outputs, output.scores);
  if (!test) return;
  const labels = labelsOf(config);
  const likeliest = [...scores.keys()]
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    .slice(0, likeliestMax)
    .map((index) => labels[index] ?? `class-${index}`);
  if (!likeliest.includes(test.label)) throw blind(test.label, likeliest);
}

const blind = (label: string, seen: readonly string[]) =>
  new SidecarError(
    'MODEL_INVALID',
    `The self-test picture shows a ${label}; the model sees ${seen.join(', ') || 'nothing'}.`,
  );

/** Throws MODEL_INVALID unless there is such an output and it holds numbers. */
function numbersOf(outputs: Tensors, name: string): Float32Array {
  const output = outputs[name];
  if (!output) {
    throw new SidecarError(
      'MODEL_INVALID',
      `The network has no output '${name}'. It has: ${Object.keys(outputs).join(', ')}.`,
    );
  }
  const numbers = asFloats(output);
  if (numbers.length > 0 && numbers.every((value) => Number.isFinite(value))) return numbers;
  throw new SidecarError('MODEL_INVALID', `The output '${name}' of the self-test holds what is no number.`);
}

const greyPicture = (): Promise<Uint8Array> =>
  sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080' } })
    .png()
    .toBuffer();

/** Ones: a token of every vocabulary, one that counts, and a sentence that exists. */
function madeUpText({ engine }: ServedModel): Tensors {
  return Object.fromEntries(
    engine.inputs.map(({ name, type, dims: open }): [string, Tensor] => {
      if (type !== 'int64' && type !== 'int32') {
        throw new SidecarError('MODEL_INVALID', `The input '${name}' takes ${type}; token numbers are int64 or int32.`);
      }
      const dims = open.map((size, axis) => size ?? (axis === 0 ? 1 : tokenCount));
      const count = dims.reduce((product, size) => product * size, 1);
      const ones = type === 'int64' ? new BigInt64Array(count).fill(1n) : new Int32Array(count).fill(1);
      const data = new Uint8Array(new SharedArrayBuffer(ones.byteLength));
      data.set(new Uint8Array(ones.buffer));
      return [name, { type, dims, data }];
    }),
  );
}
