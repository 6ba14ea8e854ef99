import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));

/** Settings of a strict project that has nothing but what it installs: not one type of Node, unless `types` says so. */
const strict = {
  target: 'es2022',
  module: 'nodenext',
  lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'],
  strict: true,
  types: [] as string[],
  skipLibCheck: true,
  outDir: 'out',
};

/** Writes files into a project, checks their types, and compiles them to `out/`. Fails with what the compiler says. */
export async function compile(
  project: string,
  files: Readonly<Record<string, string>>,
  overrides: Partial<Record<keyof typeof strict | 'typeRoots', unknown>> = {},
): Promise<void> {
  await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }');
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
  const settings = { compilerOptions: { ...strict, ...overrides }, files: Object.keys(files) };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(settings));
  await run(process.execPath, [tsc, '-p', project]).catch(({ stdout }: { stdout: string }) => assert.fail(stdout));
}
