import { readFile } from 'node:fs/promises';
import { readTarball } from '../read-tarball.ts';
import { download } from './download.ts';
import type { DownloadDeps } from './download.ts';
import type { Source, TakeFile } from './source.ts';

/** Fetches what a source names into memory; what was downloaded for it is gone from the disk afterwards. */
export async function fetchFiles(deps: DownloadDeps, name: string, source: Source): Promise<TakeFile> {
  const found = await filesOf(deps, name, source);
  return (role) => {
    const file = found.get(role);
    if (!file) throw new Error(`${name} has no file for '${role}'`);
    return file;
  };
}

async function filesOf(deps: DownloadDeps, name: string, source: Source): Promise<Map<string, Uint8Array>> {
  if (source.kind === 'made') return new Map();
  await using part = await download(deps, name, source);
  try {
    if (source.kind === 'url') return new Map([['file', await readFile(part.path)]]);
    const contents = await readTarball(part.path, Object.values(source.files));
    const take = (path: string) => contents.get(path) ?? new Uint8Array();
    return new Map(Object.entries(source.files).map(([role, path]) => [role, take(path)]));
  } finally {
    await part.truncate(0);
  }
}
