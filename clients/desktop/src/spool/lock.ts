import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '@sightline/core';
import { isAlive } from '../local/record.ts';

/**
 * Makes sure that one process alone works in a folder. Whoever was killed there has left it, also where its number is somebody else's
 * by now, as far as the system tells them apart. Throws ConfigurationError.
 */
export function takeLock(path: string): Promise<() => Promise<void>> {
  // Those of one process come one after the other.
  const done = last.then(() => take(path));
  last = done.catch(() => {});
  return done;
}

let last: Promise<unknown> = Promise.resolve();

async function take(path: string): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const mine = `${process.pid} ${(await birthOf(process.pid)) ?? ''}`.trim();
  try {
    // It is there with its content or not at all: an empty one would be nobody's.
    await writeFile(draft, mine, { mode: 0o600, flag: 'wx' });
    for (let time = 0; time < 5; time += 1) {
      if (await isLinked(draft, path)) return await held(path);
      const found = await readFile(path, 'utf8').catch(() => null);
      if (found === null) continue;
      if (await isHeld(path, found))
        throw new ConfigurationError(
          `Process ${found.split(' ')[0]} works with this dataDirectory already. Give each program one of its own, or remove ${path} if that is no program of yours.`,
        );
      await takeAway(path, found);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new ConfigurationError(`${path} cannot be taken.`);
}

/** Of this process. */
const taken = new Set<string>();

async function held(path: string) {
  taken.add(path);
  return async () => {
    taken.delete(path);
    await rm(path, { force: true });
  };
}

async function isHeld(path: string, found: string): Promise<boolean> {
  const [pid = 0, birth = ''] = [Number(found.split(' ')[0]), found.split(' ').slice(1).join(' ')];
  if (taken.has(path)) return true;
  if (!(pid > 0) || pid === process.pid || !isAlive(pid)) return false;
  const known = await birthOf(pid);
  return birth === '' || known === null || known === birth;
}

/** Takes a lock away that was seen to be nobody's, and not the one that somebody has put there since. */
async function takeAway(path: string, found: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    if ((await readFile(path, 'utf8')) !== found) return;
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== found) await isLinked(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/** False where there is one already. */
async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** When a process began, and in which life of the machine; null where the system does not say that in a file. */
async function birthOf(pid: number): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may have anything in it; what comes after it has a fixed order, and the 22nd of all is the start.
    const startedAt = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
    return startedAt ? `${boot.trim()} ${startedAt}` : null;
  } catch {
    return null;
  }
}
