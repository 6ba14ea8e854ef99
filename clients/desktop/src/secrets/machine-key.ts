import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { nullIfMissing } from './secret-files.ts';

const keyBytes = 32;

/**
 * The key in this file, which is made the first time. It protects what lies beside it from whoever gets the one without the other,
 * such as a backup of part of a home; a program that runs as the same person reads both.
 */
export async function openMachineKey(path: string): Promise<Uint8Array> {
  const kept = await readFile(path).catch(nullIfMissing);
  if (kept?.length === keyBytes) return kept;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, randomBytes(keyBytes), { mode: 0o600, flag: 'wx' });
    await chmod(draft, 0o600);
    // What is no key is of no use to anybody.
    if (kept) await rm(path, { force: true });
    // Of two programs that come at once one is first, and both take its key.
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path);
}
