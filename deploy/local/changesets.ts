import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export type Changeset = {
  file: string;
  /** By package: how much its version grows. */
  kinds: ReadonlyMap<string, 'major' | 'minor' | 'patch'>;
  summary: string;
};

/** Those that wait for the next release. Rejects when one cannot be read. */
export async function readChangesets(folder: string): Promise<Changeset[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.md') && name !== 'README.md').sort();
  return Promise.all(files.map(async (file) => parseChangeset(file, await readFile(join(folder, file), 'utf8'))));
}

export function parseChangeset(file: string, text: string): Changeset {
  const [, head, summary] = /^---\r?\n([^]*?)\r?\n---\r?\n([^]*)$/.exec(text) ?? [];
  if (head === undefined || summary === undefined) throw new Error(`.changeset/${file} does not begin with ---.`);
  const kinds = new Map<string, 'major' | 'minor' | 'patch'>();
  for (const line of head.split(/\r?\n/).filter((each) => each.trim() !== '')) {
    const [, name, kind] = /^['"]?(.+?)['"]?:\s*['"]?(major|minor|patch)['"]?\s*$/.exec(line) ?? [];
    if (!name || !kind) throw new Error(`.changeset/${file}: “${line}” is not “'package': major, minor or patch”.`);
    kinds.set(name, kind as 'major' | 'minor' | 'patch');
  }
  return { file, kinds, summary: summary.trim() };
}

/**
 * What a gate says of breaking changes, and whether it lets them pass: only if a changeset says `major` for the core, and why.
 */
export function judge(
  problems: readonly string[],
  changesets: readonly Changeset[],
): { lines: string[]; passes: boolean } {
  if (problems.length === 0) return { lines: [], passes: true };
  const meant = changesets.filter(({ kinds, summary }) => kinds.get('@sightline/core') === 'major' && summary !== '');
  if (meant.length === 0) return { lines: [...problems], passes: false };
  const reasons = meant.map(({ file, summary }) => `Broken on purpose, says .changeset/${file}: ${summary}`);
  return { lines: [...problems, ...reasons], passes: true };
}
