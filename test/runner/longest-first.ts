import { join } from 'node:path';

/** What takes longest, of the list at the end of a run: begun last, it would have one processor, and the others none to do. */
const longest = new Set([
  'test/contract/access-matrix.test.ts',
  'test/launcher/start.test.ts',
  'test/realtime/live-feed.test.ts',
  'test/security/brute-force.test.ts',
  'test/security/password-load.test.ts',
]);

/** `node --test` sorts the files it is given: whole paths begin before those that are relative to `root`. */
export const longestFirst = (root: string, files: readonly string[]): string[] =>
  files.map((file) => (longest.has(file) ? join(root, file) : file));
