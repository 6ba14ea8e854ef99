import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import type { Logger } from '../../logger.ts';
import { filesBeside } from '../model-files.ts';
import type { ModelFolder } from '../model-files.ts';

/** A version's files where nobody else writes. Disposing of it removes them. */
export type PrivateCopy = AsyncDisposable & Pick<ModelFolder, 'name' | 'directory' | 'config'>;

export type PrivateCopies = ReturnType<typeof createPrivateCopies>;

/**
 * Keeps a copy of what a version runs from. An engine that is replaced after a crash opens the file again: by then
 * somebody may have overwritten it, or be half through doing so. Where the file system can, a copy takes no room.
 */
export function createPrivateCopies(directory: string, log: Logger) {
  const host = encodeURIComponent(hostname());
  const startedAt = Math.round(performance.timeOrigin);
  const own = join(directory, [host, process.pid, startedAt, randomUUID()].join('~'));
  let count = 0;
  const swept = sweep(directory, { host, startedAt }).catch((error: unknown) =>
    log.warn({ err: error }, 'copies of models that ended cannot be removed'),
  );

  return {
    /** What the folder lacks, the copy lacks. Where nothing can be written, it is the folder itself. */
    async take(folder: ModelFolder, version: string): Promise<PrivateCopy> {
      const { name, config } = folder;
      if (config.engine.kind === 'remote' && filesBeside(config).length === 0) return uncopied(folder);
      await swept;
      const target = join(own, String(count++));
      const remove = () => rm(target, { recursive: true, force: true });
      try {
        await mkdir(target, { recursive: true });
        const files = config.engine.kind === 'remote' ? [] : [version];
        for (const file of [...files, ...filesBeside(config)]) {
          const options = { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE };
          await cp(join(folder.directory, file), join(target, file), options).catch(ignoreMissing);
        }
      } catch (error) {
        await remove().catch(() => undefined);
        log.warn({ err: error, model: name, version }, 'no room for a copy of the model, using its folder');
        return uncopied(folder);
      }
      return { name, config, directory: target, [Symbol.asyncDispose]: remove };
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await swept;
      await rm(own, { recursive: true, force: true }).catch((error: unknown) =>
        log.warn({ err: error }, 'copies of models cannot be removed'),
      );
    },
  };
}

const uncopied = ({ name, config, directory }: ModelFolder): PrivateCopy => ({
  ...{ name, config, directory },
  async [Symbol.asyncDispose]() {},
});

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Removes what processes of this machine left behind that were killed. */
async function sweep(directory: string, { host, startedAt }: { host: string; startedAt: number }): Promise<void> {
  const entries = await readdir(directory).catch(() => []);
  for (const entry of entries) {
    const [owner, pid, start] = entry.split('~');
    if (owner !== host || pid === undefined) continue;
    // In a container every life of a program may have the same number.
    const isOurs = Number(pid) === process.pid && Number(start) === startedAt;
    if (isOurs || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    await rm(join(directory, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
