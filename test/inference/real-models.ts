import { join, resolve } from 'node:path';
import { startEngine } from '@sightline/inference/engine/start-engine';
import type { EngineSettings } from '@sightline/inference/engine/start-engine';
import { SidecarError } from '@sightline/inference/errors';
import { createLogger } from '@sightline/inference/logger';
import { createMetrics } from '@sightline/inference/metrics';
import { catalogue } from '@sightline/inference/models/catalogue';
import { createNpmRegistry, runNpm } from '@sightline/inference/models/npm-registry';
import { openModel } from '@sightline/inference/models/open-model';
import { createServe } from '@sightline/inference/models/registry/serve';
import { defaultSettings, engineEntries } from './networks.ts';

// Fetched once and shared with `npm start`; a copy that is there already costs nothing.
const modelsDirectory = join(resolve('data'), 'models');

/** A model of the catalogue with its engines running, or null where it can neither be found nor fetched. */
export async function serveReal(name: string, overrides: Partial<EngineSettings> = {}) {
  const log = createLogger('silent');
  const metrics = createMetrics();
  const deps = {
    ...{ modelsDirectory, catalogue, log, fetch: globalThis.fetch, now: () => performance.now() },
    registry: createNpmRegistry({ registry: null, fetch: globalThis.fetch, npm: runNpm }),
    showProgress: () => undefined,
    signal: new AbortController().signal,
  };
  const model = await openModel(deps, name).catch((error: unknown) => {
    if (error instanceof SidecarError && error.code === 'MODEL_FETCH_FAILED') return null;
    throw error;
  });
  if (!model) return null;
  const settings = { ...defaultSettings, ...overrides };
  const engine = await startEngine({ model, settings, entries: engineEntries, log, metrics });
  const served = createServe({ imagePixelsMax: 50_000_000, metrics })(model, engine);
  return { ...served, metrics, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

export const notToBeHad = (name: string) =>
  `the model ${name} is neither on this machine nor to be had from the registry`;
