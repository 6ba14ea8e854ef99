import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SidecarError } from '../errors.ts';
import { readModelFolder } from '../models/model-files.ts';
import { listInstalled } from '../models/registry/installed-names.ts';
import { isPartOf } from '../models/sources/part-file.ts';
import { UsageError, exitCodes, printJson } from './command.ts';
import type { Command, CommandDeps } from './command.ts';

/** Takes models away, with what is left of their downloads. */
export const remove: Command = async (deps, names, { json }) => {
  if (names.length === 0) throw new UsageError('Say what to remove.');
  const known = listInstalled(deps.modelsDirectory).map(({ name }) => name);
  const removed: { name: string; versions: string[] }[] = [];
  // All or nothing where one is misspelt.
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new SidecarError(
      'MODEL_NOT_INSTALLED',
      `The model '${unknown}' is not installed. Installed: ${known.join(', ') || 'none'}.`,
    );
  }
  for (const name of names) {
    const versions = await removeOne(deps, name);
    removed.push({ name, versions });
    if (!json)
      deps.print(
        `Removed ${name}. A running sidecar that has it loaded goes on with it until it is restarted or told to unload it.`,
      );
  }
  if (json) printJson(deps, { removed });
  return exitCodes.done;
};

async function removeOne({ modelsDirectory }: CommandDeps, name: string): Promise<string[]> {
  const folder = await readModelFolder(modelsDirectory, name).catch(() => null);
  // Out of sight in one step: nobody is to find half of it.
  const aside = join(modelsDirectory, `.${name}-${randomUUID()}`);
  await rename(join(modelsDirectory, name), aside);
  await rm(aside, { recursive: true, force: true });
  const leftovers = (await readdir(modelsDirectory)).filter((file) => isPartOf(file, name));
  for (const file of leftovers) await rm(join(modelsDirectory, file), { force: true });
  return [...(folder?.versions ?? [])];
}
