import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, RunOptions } from '@sightline/inference/engine/engine';
import { startEngine } from '@sightline/inference/engine/start-engine';
import type { EngineSettings } from '@sightline/inference/engine/start-engine';
import type { Tensor } from '@sightline/inference/engine/tensors';
import { createLogger } from '@sightline/inference/logger';
import { createMetrics } from '@sightline/inference/metrics';
import { modelConfigSchema } from '@sightline/inference/models/model-config';
import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';

/** y = x · w: as many rows as one likes, `inner` × `inner` weights. The larger, the slower. */
export function matrixNetwork(inner: number, layers = 1): Uint8Array {
  const graph = createOnnxGraph('matrix');
  graph.input('x', 'float32', ['rows', inner]);
  const weights = Float32Array.from({ length: inner * inner }, (_, at) => Math.sin(at) / inner);
  let value = 'x';
  for (let layer = 1; layer < layers; layer++) {
    value = graph.add('MatMul', [value, graph.floats([inner, inner], weights)])[0];
  }
  graph.add('MatMul', [value, graph.floats([inner, inner], weights)], { results: ['y'] });
  graph.output('y', ['rows', inner]);
  return graph.encode();
}

/** Every row minus the mean of all rows: its first axis is open, and yet rows are not independent. */
export function entangledNetwork(): Uint8Array {
  const graph = createOnnxGraph('entangled');
  graph.input('x', 'float32', ['rows', 4]);
  const mean = graph.add('ReduceMean', ['x'], { attributes: { axes: [0], keepdims: 1 } })[0];
  graph.add('Sub', ['x', mean], { results: ['y'] });
  graph.output('y', ['rows', 4]);
  return graph.encode();
}

export const defaultSettings: EngineSettings = {
  engineCount: 1,
  intraThreads: 1,
  isSpinning: false,
  isolation: 'threads',
  providers: ['cpu'],
  queueSize: 64,
  delayMs: 0,
};

const source = new URL('../../inference/src/engine/', import.meta.url);
export const engineEntries = {
  thread: new URL('engine-thread.ts', source),
  process: new URL('engine-process.ts', source),
};

/** The engines of a network that takes and gives tensors. */
export async function startNetwork(
  onnx: Uint8Array,
  overrides: Partial<EngineSettings> = {},
  config: Record<string, unknown> = {},
  entries: Partial<typeof engineEntries> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-network-'));
  const modelPath = join(folder, 'model.onnx');
  await writeFile(modelPath, onnx);
  const metrics = createMetrics();
  const parsed = modelConfigSchema.parse({ task: 'tensors', licence: 'MIT', source: 'made', digests: {}, ...config });
  const engine: Engine = await startEngine({
    model: { name: 'network', version: '1', modelPath, config: parsed },
    settings: { ...defaultSettings, ...overrides },
    entries: { ...engineEntries, ...entries },
    log: createLogger('silent'),
    metrics,
  });
  return {
    engine,
    metrics,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const someone: RunOptions = { tenant: 'someone', weight: 1, priority: 'interactive', timeoutMs: 10_000 };

export function floats(dims: readonly number[], values: Iterable<number>): Tensor {
  const data = Float32Array.from(values);
  const shared = new Uint8Array(new SharedArrayBuffer(data.byteLength));
  shared.set(new Uint8Array(data.buffer));
  return { type: 'float32', dims, data: shared };
}

export function valuesOf({ data }: Tensor): number[] {
  if (!(data instanceof Uint8Array)) throw new TypeError('Texts are no numbers.');
  return [...new Float32Array(data.slice().buffer)];
}
