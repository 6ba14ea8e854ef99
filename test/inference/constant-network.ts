import type { TestContext } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Box } from '@sightline/inference/contract';
import type { ConfigDraft } from '@sightline/inference/models/config-draft';
import { digestOf, writeModel } from '@sightline/inference/models/model-files';
import type { DetectionConfig } from '@sightline/inference/models/model-config';
import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';
import { startSidecar } from './sidecar.ts';

type Draft = Extract<ConfigDraft, { task: 'detection' }>;

/** What a network writes whatever it is shown: rows of numbers by name of the output, a vector for plain numbers. */
export type Written = Record<string, { rows: readonly (readonly number[])[] } | { classes: readonly number[] }>;

/** A network that always writes the same, as the bytes of an ONNX file. */
export function constantNetwork({ input }: Pick<DetectionConfig, 'input'>, written: Written): Uint8Array {
  const graph = createOnnxGraph('constant');
  const { width, height, tensor } = input;
  const pixels = [1, height, width, 3];
  if (tensor.kind === 'uint8-nhwc-rgb') graph.input('pixels', 'uint8', pixels);
  else graph.input('pixels', 'float32', tensor.kind === 'float32-nhwc' ? pixels : [1, 3, height, width]);
  for (const [name, output] of Object.entries(written)) {
    if ('classes' in output) {
      const dims = [1, output.classes.length];
      graph.add('Identity', [graph.ints(output.classes, dims)], { results: [name] });
      graph.output(name, dims, 'int64');
    } else {
      const dims = [1, output.rows.length, output.rows[0]?.length ?? 0];
      graph.add('Identity', [graph.floats(dims, output.rows.flat())], { results: [name] });
      graph.output(name, dims);
    }
  }
  return graph.encode();
}

/** A sidecar, until the end of the test, that runs this network as this config says. */
export async function serveNetwork(t: TestContext, config: Omit<Draft, 'licence' | 'source'>, onnx: Uint8Array) {
  const modelsDirectory = await mkdtemp(join(tmpdir(), 'sightline-family-'));
  t.after(() => rm(modelsDirectory, { recursive: true, force: true }));
  const whole = { licence: 'MIT', source: 'made by a test', digests: { 1: digestOf(onnx) }, ...config };
  await writeModel(modelsDirectory, 'family', { '1/model.onnx': onnx, 'config.json': JSON.stringify(whole) });
  const sidecar = await startSidecar({ model: 'family', modelsDirectory });
  t.after(() => sidecar[Symbol.asyncDispose]());
  return sidecar;
}

export type Detections = { detections: readonly { label: string; confidence: number; box: Box }[] };

/** Label, confidence and box of each, without the dust of floats. */
export const seen = ({ detections }: Detections) =>
  detections.map(({ label, confidence, box }) => {
    const rounded = [box.x, box.y, box.width, box.height].map((value) => Number(value.toFixed(3)));
    return [label, Number(confidence.toFixed(4)), ...rounded];
  });
