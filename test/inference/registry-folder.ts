import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, RunOptions } from '@sightline/inference/engine/engine';
import { startEngine } from '@sightline/inference/engine/start-engine';
import { SidecarError } from '@sightline/inference/errors';
import { createLogger } from '@sightline/inference/logger';
import { createMetrics } from '@sightline/inference/metrics';
import { digestOf } from '@sightline/inference/models/model-files';
import type { InstalledModel } from '@sightline/inference/models/model-files';
import { createOnnxGraph } from '@sightline/inference/models/onnx/graph';
import { createModelRegistry } from '@sightline/inference/models/registry/create-registry';
import type { RegistryDeps } from '@sightline/inference/models/registry/create-registry';
import type { ModelRegistry, ServedModel } from '@sightline/inference/models/served-model';

/** A network that answers `value` whatever it is given. */
export function constantOnnx(value: number): Uint8Array {
  const graph = createOnnxGraph('constant');
  graph.input('given', 'float32', ['rows', 1]);
  const [nothing] = graph.add('Mul', ['given', graph.floats([1], [0])]);
  graph.add('Add', [nothing, graph.floats([1], [value])], { results: ['answer'] });
  graph.output('answer', ['rows', 1]);
  return graph.encode();
}

type Folder = {
  /** Weights by version. */
  versions?: Record<string, Uint8Array>;
  /** Over what the config says. */
  config?: Record<string, unknown>;
};

/** A folder of models as a person would lay it out. */
export async function createModelsFolder() {
  const directory = await mkdtemp(join(tmpdir(), 'sightline-registry-'));
  const path = (...parts: string[]) => join(directory, 'models', ...parts);
  await mkdir(path());
  return {
    modelsDirectory: path(),
    copiesDirectory: join(directory, 'copies'),
    path,
    /** Writes `config.json` and the weights, or just what is given of them. */
    async write(name: string, { versions = {}, config = {} }: Folder): Promise<void> {
      await mkdir(path(name), { recursive: true });
      const digests = Object.fromEntries(
        Object.entries(versions).map(([version, weights]) => [version, digestOf(weights)]),
      );
      for (const [version, weights] of Object.entries(versions)) {
        await mkdir(path(name, version), { recursive: true });
        await writeFile(path(name, version, 'model.onnx'), weights);
      }
      const base = { task: 'tensors', licence: 'MIT', source: 'made by a test', digests };
      await writeFile(path(name, 'config.json'), JSON.stringify({ ...base, ...config }));
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

export type ModelsFolder = Awaited<ReturnType<typeof createModelsFolder>>;

const entries = {
  thread: new URL('../../inference/src/engine/engine-thread.ts', import.meta.url),
  process: new URL('../../inference/src/engine/engine-process.ts', import.meta.url),
};

const metrics = createMetrics();

/** Engines as the sidecar starts them. */
export const realEngine = (model: InstalledModel): Promise<Engine> =>
  startEngine({
    model,
    settings: {
      engineCount: 1,
      intraThreads: 1,
      isSpinning: false,
      isolation: 'threads',
      providers: ['cpu'],
      queueSize: 256,
      delayMs: 0,
    },
    entries,
    log: createLogger('silent'),
    metrics,
  });

export function createRegistry({ modelsDirectory, copiesDirectory }: ModelsFolder, deps: Partial<RegistryDeps> = {}) {
  return createModelRegistry({
    ...{ modelsDirectory, copiesDirectory, defaultName: 'main', modelsLoadedMax: 16, imagePixelsMax: 1_000_000 },
    openModel: async () => undefined,
    startEngine: realEngine,
    log: createLogger('silent'),
    metrics: createMetrics(),
    now: () => performance.now(),
    ...deps,
  });
}

export const options: RunOptions = { tenant: 'test', weight: 1, priority: 'interactive', timeoutMs: 10_000 };

/** What a `constantOnnx` answers. */
export async function answerOf({ engine }: ServedModel): Promise<number> {
  const data = new Uint8Array(new SharedArrayBuffer(4));
  const { outputs } = await engine.run({ given: { type: 'float32', dims: [1, 1], data } }, options);
  const bytes = outputs['answer']?.data;
  if (!(bytes instanceof Uint8Array)) throw new Error('There is no answer.');
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
}

/** Borrows, asks and gives back. */
export async function ask(registry: ModelRegistry, name: string, version: string | null = null): Promise<number> {
  using lent = await registry.borrow(name, version);
  return await answerOf(lent.model);
}

/** The rows of the index of one model: `1 READY`. */
export const statesOf = (registry: ModelRegistry, name: string): string[] =>
  registry.index().flatMap((row) => (row.name === name ? [`${row.version} ${row.state}`] : []));

export const reasonOf = (registry: ModelRegistry, name: string, version: string): string =>
  registry.index().find((row) => row.name === name && row.version === version)?.reason ?? '';

/** For `assert.rejects`. */
export const withCode =
  (code: string, ...parts: RegExp[]) =>
  (error: unknown): boolean => {
    const isIt = error instanceof SidecarError && error.code === code;
    return isIt && parts.every((part) => part.test(error.message));
  };
