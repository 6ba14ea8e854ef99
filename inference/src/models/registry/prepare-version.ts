import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../engine/engine.ts';
import { SidecarError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { checkVersion, filesBeside } from '../model-files.ts';
import type { InstalledModel, ModelFolder } from '../model-files.ts';
import { createLiveVersion } from './live-version.ts';
import type { LiveVersion } from './live-version.ts';
import type { PrivateCopies } from './private-copies.ts';
import { selfTest } from './self-test.ts';
import type { Serve } from './serve.ts';

type Deps = {
  copies: PrivateCopies;
  startEngine(model: InstalledModel): Promise<Engine>;
  serve: Serve;
  log: Logger;
};

/**
 * Brings a version up to where it can take requests: copied, its digest checked, its engine warm, its self-test passed.
 * Throws MODEL_INVALID, or what a remote engine says; nothing of it is left then.
 */
export async function prepareVersion(deps: Deps, folder: ModelFolder, version: string): Promise<LiveVersion> {
  const { copies, startEngine, serve, log } = deps;
  await using opened = new AsyncDisposableStack();
  let directory = folder.directory;
  try {
    const copy = opened.use(await copies.take(folder, version));
    directory = copy.directory;
    // What was copied is what is checked, and what runs.
    const installed = await checkVersion(copy, version);
    const engine = opened.use(await startEngine(installed));
    const model = serve(installed, engine);
    await selfTest(model);
    const fingerprint = await fingerprintOf(installed);
    return createLiveVersion({ model, fingerprint, lifetime: opened.move(), log });
  } catch (error) {
    throw refusalOf(error, folder, directory);
  }
}

/** Changes with everything that changes answers, and with nothing else: other versions come and go in the same config. */
export async function fingerprintOf({ directory, config, digest }: InstalledModel): Promise<string> {
  const { digests: _, serve: __, ...rest } = config;
  const hash = createHash('sha256').update(digest).update(JSON.stringify(rest));
  for (const file of filesBeside(config)) hash.update(await readFile(join(directory, file)));
  return hash.digest('hex');
}

/** Says what is wrong without naming folders of this machine. */
function refusalOf(error: unknown, { config }: ModelFolder, directory: string): SidecarError {
  const isRemote = config.engine.kind === 'remote';
  const code = isRemote && error instanceof SidecarError ? error.code : 'MODEL_INVALID';
  const internal = error instanceof SidecarError ? error.internal : {};
  return new SidecarError(code, messageOf(error).replaceAll(`${directory}/`, ''), { internal, cause: error });
}

function messageOf(error: unknown): string {
  if (error instanceof SidecarError) return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `The file ${path ?? ''} is missing.`;
  return 'The model could not be started.';
}
