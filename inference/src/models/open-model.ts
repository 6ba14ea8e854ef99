import { setTimeout as delay } from 'node:timers/promises';
import { SidecarError } from '../errors.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { blobs } from './entries/blobs.ts';
import { installModel } from './install-model.ts';
import { byVersion, readModel, readModelFolder } from './model-files.ts';
import type { InstalledModel } from './model-files.ts';
import type { DownloadDeps } from './sources/download.ts';

type Deps = DownloadDeps & { catalogue: readonly CatalogueEntry[] };

/**
 * The model of that name: from disk, or made, or fetched. A copy on disk that is not what the catalogue means is
 * replaced; one with later versions than the catalogue's is somebody's own. Throws MODEL_FETCH_FAILED or MODEL_INVALID.
 */
export async function openModel(deps: Deps, name: string): Promise<InstalledModel> {
  const { modelsDirectory, log } = deps;
  // The made-up model is there for tests whatever else can be had.
  const catalogue = [...deps.catalogue.filter((known) => known.name !== blobs.name), blobs];
  const entry = catalogue.find((known) => known.name === name);

  // What the catalogue cannot bring back is not replaced, whatever is wrong with it.
  if (entry && (await isOwn(modelsDirectory, entry))) {
    const own = await readModel(modelsDirectory, name);
    if (own) return own;
  }
  // A damaged copy of what we can get again is no reason to stop.
  const found = await readModel(modelsDirectory, name).catch((error: unknown) => {
    if (!entry) throw error;
    log.warn({ model: name, err: error }, 'model on disk is damaged, replacing it');
    return null;
  });
  if (found && (!entry || found.digest === entry.digest)) return found;

  if (entry) await installModel(deps, entry);
  // Another starter may be swapping its own, equal copy in: for a moment there is then none.
  const triesMax = entry ? 40 : 1;
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const model = await readModel(modelsDirectory, name).catch((error: unknown) => {
      if (tries === triesMax) throw error;
      return null;
    });
    if (model) return model;
    if (tries < triesMax) await delay(25);
  }
  const known = catalogue.map((each) => each.name).join(', ');
  throw new SidecarError(
    'MODEL_FETCH_FAILED',
    `There is no model '${name}' in ${modelsDirectory}. Known by name: ${known}. Any other needs ${name}/config.json and ${name}/1/model.onnx there.`,
  );
}

/** Whether somebody put a later version beside the catalogue's, or has the model run elsewhere. */
async function isOwn(modelsDirectory: string, { name, version }: CatalogueEntry): Promise<boolean> {
  const folder = await readModelFolder(modelsDirectory, name).catch(() => null);
  if (!folder) return false;
  return folder.config.engine.kind === 'remote' || folder.versions.some((each) => byVersion(each, version) < 0);
}
