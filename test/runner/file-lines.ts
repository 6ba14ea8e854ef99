import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { FileLine } from './by-file.ts';

/** Reads what the reporter wrote: which files failed, and which took longest. Paths are relative to `root`. */
export async function readFileLines(root: string, paths: readonly string[]) {
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  const lines = texts
    .join('\n')
    .split('\n')
    .filter(Boolean)
    .map((line): FileLine => JSON.parse(line));
  const failed = new Set(lines.filter(({ hasFailed }) => hasFailed).map(({ file }) => relative(root, file)));
  const slowest = lines
    .flatMap(({ file, ms }) => (ms === undefined ? [] : [{ file: relative(root, file), ms }]))
    .toSorted((a, b) => b.ms - a.ms);
  return { failed: [...failed], slowest };
}
