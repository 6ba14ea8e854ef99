import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserMistake } from './user-mistake.ts';

/** Where something was to be written that cannot be. */
export class FolderUnusable extends UserMistake {
  override readonly code = 'FOLDER_UNUSABLE';
  constructor(path: string, why: string) {
    super(`Nothing can be written to ${path}: ${why}. Give another folder.`);
  }
}

/**
 * Makes a folder and those above it, where they are missing, and sees that it can be written to. One by one, from the first that is
 * missing: asked for all at once, Node tries for ever where nothing can be made, such as below /proc. Throws FolderUnusable.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    const missing: string[] = [];
    let above = resolve(path);
    for (; !(await isThere(above, path)); above = dirname(above)) missing.unshift(above);
    // Somebody else may make it meanwhile.
    for (const each of missing) if (!(await isThere(each, path))) await mkdir(each);
    await access(path, constants.W_OK);
  } catch (error) {
    if (error instanceof UserMistake) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new FolderUnusable(path, code === 'EACCES' || code === 'EPERM' ? 'no permission' : `${code ?? error}`);
  }
}

async function isThere(each: string, path: string): Promise<boolean> {
  const found = await stat(each).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error.code === 'ENOTDIR' ? new FolderUnusable(path, 'a file is in its way') : error;
  });
  if (found && !found.isDirectory()) throw new FolderUnusable(path, `${each} is a file`);
  return found !== null;
}
