import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SidecarError } from '../errors.ts';
import type { CatalogueEntry } from '../models/catalogue.ts';
import { installModel } from '../models/install-model.ts';
import { readModelFolder, checkVersion } from '../models/model-files.ts';
import { isModelName } from '../models/registry/model-name.ts';
import { addFile } from './add-file.ts';
import { addUrl } from './add-url.ts';
import { UsageError, exitCodes, printJson } from './command.ts';
import type { Command, CommandDeps, Options } from './command.ts';
import { bytesAsText } from './format.ts';

/** What came of one `add`. */
export type Added = {
  name: string;
  version: string;
  state: 'added' | 'already installed';
  directory: string;
  digest: string;
  /** Lines for a person: what was found and what to look at. */
  notes: string[];
};

/** Of files and addresses; the models of the catalogue have their config. */
const fileOptions = [
  'sha256',
  'task',
  'labels',
  'mean',
  'std',
  'channels',
  'size',
  'name',
  'version',
  'licence',
  'threshold',
  'fold',
] as const;

/** Models by name, ONNX files by path or address. */
export const add: Command = async (deps, names, options) => {
  if (names.length === 0)
    throw new UsageError('Say what to add: a name of `npm run models -- list`, a file or an address.');
  if (names.length > 1 && fileOptions.some((option) => options[option] !== undefined)) {
    throw new UsageError('Options that describe a model go with one model only.');
  }
  const results: Added[] = [];
  for (const name of names) {
    const added = await addOne(deps, name, options);
    results.push(added);
    if (!options.json) deps.print(tell(added));
  }
  if (options.json) printJson(deps, { models: results });
  return exitCodes.done;
};

function addOne(deps: CommandDeps, given: string, options: Options): Promise<Added> {
  if (/^https?:\/\//i.test(given)) return addUrl(deps, given, options);
  const entry = deps.catalogue.find(({ name }) => name === given);
  if (entry) return addEntry(deps, entry, options);
  if (existsSync(given)) return addFile(deps, given, options);
  const known = deps.catalogue.map(({ name }) => name).join(', ');
  if (isModelName(given) && !given.endsWith('.onnx')) {
    throw new SidecarError(
      'MODEL_NOT_INSTALLED',
      `There is no model '${given}' to add. Known by name: ${known}. Any other is added by its ONNX file or address.`,
    );
  }
  throw new SidecarError('MODEL_INVALID', `There is no file ${given}. Known by name: ${known}.`);
}

async function addEntry(deps: CommandDeps, entry: CatalogueEntry, options: Options): Promise<Added> {
  const { name, version, byteSize, config } = entry;
  const wrong = fileOptions.find((option) => options[option] !== undefined);
  if (wrong) throw new UsageError(`--${wrong} is for files and addresses; ${name} comes with its config.`);
  const directory = join(deps.modelsDirectory, name);
  const result = { name, version, directory, digest: entry.digest };
  const notes: string[] = [];
  const folder = await readModelFolder(deps.modelsDirectory, name).catch(() => null);
  if (folder?.config.engine.kind === 'remote') {
    throw new SidecarError(
      'MODEL_INVALID',
      `${directory}/config.json names a model that runs elsewhere. Remove it first: npm run models -- remove ${name}`,
    );
  }
  if (folder?.versions.includes(version)) {
    const found = await checkVersion(folder, version).catch(() => null);
    if (found?.digest === entry.digest && !options.force) return { ...result, state: 'already installed', notes };
    if (found?.digest !== entry.digest) notes.push('What was there was not what the catalogue means and was replaced.');
  }
  const { kept, dropped } = await installModel(deps, entry);
  if (kept.length > 0) notes.push(`Version ${kept.join(', ')} stays beside it.`);
  if (dropped.length > 0) notes.push(`Version ${dropped.join(', ')} went: it was damaged or needed another config.`);
  notes.unshift(`${config.task}, ${bytesAsText(byteSize)}, ${config.licence}`);
  return { ...result, state: 'added', notes };
}

function tell({ name, version, state, directory, notes }: Added): string {
  if (state === 'already installed') {
    return `${name} ${version} is installed already, in ${directory}. Nothing was done; --force adds it again.`;
  }
  const lines = notes.map((note) => `  ${note}`);
  return [
    `Added ${name} ${version} to ${directory}.`,
    ...lines,
    '',
    `A running sidecar loads it with the first request for '${name}'; one that has another version of it loaded changes over`,
    `with POST /v2/repository/models/${name}/load or its next start.`,
  ].join('\n');
}
