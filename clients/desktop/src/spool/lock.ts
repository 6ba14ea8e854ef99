import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '@sightline/core';
import { isAlive } from '../local/record.ts';

/** Makes sure that one process alone works in a folder; whoever was killed there has left it. Throws ConfigurationError. */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  for (let time = 0; time < 3; time += 1) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      held.add(path);
      return async () => {
        held.delete(path);
        await rm(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = Number(await readFile(path, 'utf8').catch(() => ''));
      if (held.has(path) || (pid !== process.pid && pid > 0 && isAlive(pid)))
        throw new ConfigurationError(
          `Process ${pid} works with this dataDirectory already. Give each program one of its own, or remove ${path} if that is no program of yours.`,
        );
      await rm(path, { force: true });
    }
  }
  throw new ConfigurationError(`${path} cannot be taken.`);
}

const held = new Set<string>();
