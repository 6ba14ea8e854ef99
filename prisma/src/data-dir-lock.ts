import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type DataDirLock = Disposable;

/** Somebody else works in this data folder. */
export class DataDirBusyError extends Error {
  override readonly name = 'DataDirBusyError';
  readonly code = 'DATA_DIR_BUSY';
  /** What the other process said about itself, such as `npm start (pid 4711)`; null when it said nothing yet. */
  readonly holder: string | null;
  constructor(dataDir: string, holder: string | null) {
    super(
      `${dataDir} is in use by ${holder ?? 'another process'}. Stop it first, or choose another folder with DATA_DIR.`,
    );
    this.holder = holder;
  }
}

/**
 * Makes the caller the only one in charge of `dataDir` until it disposes of the lock or dies. `purpose` is shown to
 * whoever comes second. Throws DataDirBusyError.
 *
 * The lock belongs to the kernel, so a killed process cannot leave it behind; SQLite is merely the way to an exclusive
 * file lock that Node has.
 */
export async function lockDataDir(dataDir: string, purpose: string): Promise<DataDirLock> {
  await mkdir(dataDir, { recursive: true });
  const holderFile = join(dataDir, 'lock.holder');
  const handle = new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 });
  try {
    handle.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    handle.close();
    if (!/locked/.test((error as Error).message)) throw error;
    throw new DataDirBusyError(dataDir, await readFile(holderFile, 'utf8').catch(() => null));
  }
  await writeFile(holderFile, `${purpose} (pid ${process.pid})`);
  return { [Symbol.dispose]: () => handle.close() };
}
