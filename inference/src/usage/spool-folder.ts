import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Files of records that nobody writes to any more. */
export const segmentSuffix = '.ndjson';

export type SpoolFolder = Disposable & {
  readonly path: string;
  /** Moves here what sidecars left that are gone. */
  adopt(): void;
};

const folderCountMax = 1_000;

/**
 * A folder below `directory` that belongs to this process until it disposes of it or dies: sidecars that share a data
 * folder must not send, or remove, what another one is still writing. A restarted sidecar finds its own folder again.
 *
 * The lock belongs to the kernel, so a killed process cannot leave it behind; SQLite is merely the way to an exclusive
 * file lock that Node has.
 */
export function openSpoolFolder(directory: string): SpoolFolder {
  for (let number = 1; number <= folderCountMax; number++) {
    const path = join(directory, String(number));
    mkdirSync(path, { recursive: true });
    const lock = lockFolder(path);
    if (!lock) continue;
    return {
      path,
      adopt: () => adoptInto(directory, path),
      [Symbol.dispose]: () => lock.close(),
    };
  }
  throw new Error(`${directory} is in use by ${folderCountMax} sidecars.`);
}

function adoptInto(directory: string, path: string): void {
  for (const name of readdirSync(directory)) {
    const other = join(directory, name);
    if (other === path || segmentsIn(other).length === 0) continue;
    const lock = lockFolder(other);
    if (!lock) continue;
    try {
      // Their names are unique everywhere.
      for (const segment of segmentsIn(other)) renameSync(join(other, segment), join(path, segment));
    } finally {
      lock.close();
    }
  }
}

/** The names of the segments in a folder, oldest first. */
export const segmentsIn = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.endsWith(segmentSuffix))
    .toSorted();

/** Null where another process has it. */
function lockFolder(path: string): DatabaseSync | null {
  const handle = new DatabaseSync(join(path, 'lock'), { timeout: 0 });
  try {
    handle.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return handle;
  } catch (error) {
    handle.close();
    if (!/locked/.test((error as Error).message)) throw error;
    return null;
  }
}
