import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HostFiles } from '../ports.ts';

const extensions = {
  IMAGES: /\.(jpe?g|png|webp|gif|avif|tiff?)$/i,
  VIDEO: /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g)$/i,
} as const;

const maxFiles = 10_000;

// Cameras number their files without leading zeros: frame-2 comes before frame-10.
const byName = new Intl.Collator('en', { numeric: true }).compare;

/** Reads only below `directories`; links that lead out of them are refused. */
export function createHostFiles(directories: readonly string[]): HostFiles {
  async function realPathInside(path: string): Promise<string | null> {
    const real = await realpath(path).catch(() => null);
    if (!real) return null;
    for (const directory of directories) {
      const root = await realpath(directory).catch(() => null);
      if (root && (real === root || real.startsWith(root + sep))) return real;
    }
    return null;
  }

  async function filesOf(kind: 'IMAGES' | 'VIDEO', path: string): Promise<{ path: string; files: string[] } | null> {
    const real = await realPathInside(path);
    const found = real && (await stat(real).catch(() => null));
    if (!real || !found) return null;
    if (kind === 'VIDEO')
      return found.isFile() ? { path: real, files: extensions.VIDEO.test(real) ? [real] : [] } : null;
    if (!found.isDirectory()) return null;
    const entries = await readdir(real, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile() && extensions.IMAGES.test(entry.name))
      .map(({ name }) => name);
    return {
      path: real,
      files: names
        .sort(byName)
        .slice(0, maxFiles)
        .map((name) => join(real, name)),
    };
  }

  return {
    async resolve(kind, path) {
      const found = await filesOf(kind, path);
      return found && { path: found.path, fileCount: found.files.length };
    },
    async list(kind, path) {
      const found = await filesOf(kind, path);
      return (found?.files ?? []).map((file) => pathToFileURL(file).href);
    },
  };
}
