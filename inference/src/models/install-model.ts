import { SidecarError } from '../errors.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { digestOf } from './model-files.ts';
import { placeVersion } from './place-version.ts';
import type { Placed } from './place-version.ts';
import type { DownloadDeps } from './sources/download.ts';
import { fetchFailed } from './sources/fetch-failed.ts';
import { fetchFiles } from './sources/fetch-files.ts';

/**
 * Fetches a model, converts it and puts it in place, beside other versions where their config is the same. Throws
 * MODEL_FETCH_FAILED or MODEL_INVALID.
 */
export async function installModel(deps: DownloadDeps, entry: CatalogueEntry): Promise<Placed> {
  const { modelsDirectory, signal, log } = deps;
  const { name, version, config, source } = entry;
  const file = await fetchFiles(deps, name, source).catch((error: unknown) => {
    signal.throwIfAborted();
    throw fetchFailed({ name, source, modelsDirectory, cause: error });
  });
  const onnx = await entry.convert(file);
  const digest = digestOf(onnx);
  if (digest !== entry.digest) {
    throw new SidecarError(
      'MODEL_INVALID',
      `${name} became ${digest}, not ${entry.digest}: it would not be the model that was tested.`,
    );
  }
  const beside = await Promise.all(
    Object.entries(entry.beside).map(async ([path, make]) => [path, await make(file)] as const),
  );
  const placed = await placeVersion({
    ...{ modelsDirectory, name, version, config, onnx },
    beside: Object.fromEntries(beside),
  });
  log.info({ model: name, version, digest, source: config.source }, 'model installed');
  return placed;
}
