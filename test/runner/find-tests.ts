import { glob } from 'node:fs/promises';
import { relative, resolve } from 'node:path';

const patterns = ['test/**/*.test.ts', '{server,inference,clients,prisma,deploy,bench}/**/*.test.ts'];

/** Test files below `root` whose path begins with or contains one of `filters`; all when there are none. Sorted. */
export async function findTests(root: string, filters: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(patterns, { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' }))
    found.push(file);
  const wanted = filters.map((filter) => relative(root, resolve(root, filter)));
  return [...new Set(found)].filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part))).sort();
}
