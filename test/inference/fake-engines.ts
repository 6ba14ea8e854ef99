import { readFile } from 'node:fs/promises';
import type { Engine } from '@sightline/inference/engine/engine';
import { createStatistics } from '@sightline/inference/engine/statistics';
import type { Tensors } from '@sightline/inference/engine/tensors';
import { SidecarError } from '@sightline/inference/errors';
import type { InstalledModel } from '@sightline/inference/models/model-files';

/**
 * Engines that cost nothing: weights are a number written out, which is what they answer. `starts` and `closed` tell what
 * happened as `name/version`; `beforeStart` may hold a start up or refuse it.
 */
export function createFakeEngines(beforeStart: (model: InstalledModel) => Promise<void> = async () => undefined) {
  const starts: string[] = [];
  const closed: string[] = [];
  const models: InstalledModel[] = [];
  let startingCount = 0;
  let startingMax = 0;

  async function startEngine(model: InstalledModel): Promise<Engine> {
    const label = `${model.name}/${model.version}`;
    starts.push(label);
    models.push(model);
    startingMax = Math.max(startingMax, ++startingCount);
    try {
      await beforeStart(model);
    } finally {
      startingCount--;
    }
    const weights = model.config.engine.kind === 'remote' ? '0' : await readFile(model.modelPath, 'utf8');
    if (Number.isNaN(Number(weights)))
      throw new SidecarError('MODEL_INVALID', `The model cannot be loaded: ${weights}`);
    const timings = { queueMs: 0, preprocessMs: 0, modelMs: 0, postprocessMs: 0, batchSize: 1 };
    const data = new Uint8Array(Float32Array.of(Number(weights)).buffer);
    const outputs: Tensors = { answer: { type: 'float32', dims: [1, 1], data } };
    const box = { classIndex: 0, confidence: Number(weights), x1: 4, y1: 4, x2: 12, y2: 12 };
    let isClosed = false;
    const answer = async <Value>(value: Value): Promise<Value> => {
      if (isClosed) throw new SidecarError('SERVICE_UNAVAILABLE', 'The engine is closed.');
      return value;
    };
    return {
      inputs: [],
      outputs: [],
      placement: {
        ...{ kind: 'threads', engineCount: 1, intraThreads: 1, provider: 'cpu' },
        ...{ batchSizeMax: 1, batchDelayMs: 0 },
      },
      run: () => answer({ ...timings, outputs }),
      runPicture: () => answer({ ...timings, outputs }),
      // One box, as sure as the weights say.
      detect: (_pixels, { confidenceMin }) =>
        answer({ ...timings, candidates: box.confidence >= confidenceMin ? [box] : [] }),
      reserve: () => ({ [Symbol.dispose]() {} }),
      statistics: createStatistics(),
      depth: 0,
      readyCount: 1,
      async [Symbol.asyncDispose]() {
        isClosed = true;
        closed.push(label);
      },
    };
  }
  return {
    startEngine,
    starts,
    closed,
    models,
    get startingMax() {
      return startingMax;
    },
  };
}

/** Weights of a fake engine. */
export const saying = (value: number | string): Uint8Array => Buffer.from(String(value));

/** A config of a detector for fake engines. */
export const detection = {
  task: 'detection',
  labels: ['cat'],
  input: { width: 16, height: 16, tensor: { kind: 'uint8-nhwc-rgb' }, letterbox: { align: 'stretch', pad: 0 } },
  output: { kind: 'rows' },
  thresholds: { confidence: 0.5, candidate: 0.3, overlap: 0.5 },
};
