import { after, describe } from 'node:test';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What the tests of one file may take together, and what is left to one of them that hangs, in milliseconds. */
const fileTimeoutMs = 5 * 60_000;

/** Runs test files (absolute paths) in this process, one after the other, each as a suite of its path below `root`. */
export function group(root: string, files: readonly string[]): void {
  for (const file of files) {
    describe(relative(root, file), { timeout: fileTimeoutMs }, async () => {
      await import(pathToFileURL(file).href);
      // Once its own servers are gone: what is a secret in one file may be any word in the next.
      after(async () => (await import('../harness/secrets.ts')).forgetSecrets());
    });
  }
}
