import { SidecarError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { blobsConfig, blobsOnnx, blobsPicture, blobsSelfTest } from './blobs.ts';
import { digestOf, readModel, writeModel } from './model-files.ts';
import type { InstalledModel } from './model-files.ts';

type Deps = { modelsDirectory: string; log: Logger };

/** Finds a model on disk or makes it. */
export async function openModel({ modelsDirectory, log }: Deps, name: string): Promise<InstalledModel> {
  if (name === 'blobs') {
    const bytes = blobsOnnx();
    const found = await readModel(modelsDirectory, name).catch(() => null);
    if (found?.digest === digestOf(bytes)) return found;
    const config = { ...blobsConfig, digests: { 1: digestOf(bytes) } };
    const files = { '1/model.onnx': bytes, 'config.json': JSON.stringify(config, null, 2), [blobsPicture]: await blobsSelfTest() };
    await writeModel(modelsDirectory, name, files);
    log.info({ model: name }, 'model installed');
  }
  const model = await readModel(modelsDirectory, name);
  if (!model) throw new SidecarError('MODEL_FETCH_FAILED', `There is no model '${name}' in ${modelsDirectory}.`);
  return model;
}
