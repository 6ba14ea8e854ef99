import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateClient } from './generate-client.mjs';

// npm run generate            makes every generated file
// npm run generate -- --check says which committed ones are not what would be made, and exits 1

const root = fileURLToPath(new URL('../..', import.meta.url));
const isCheck = process.argv.includes('--check');

generateClient((line) => process.stdout.write(`${line}\n`));
const isSchemaRight = await graph();
const isCodeRight = await run('node_modules/@graphql-codegen/cli/cjs/bin.js', [
  '--config',
  'codegen.ts',
  isCheck ? '--check' : '--silent',
]);
if (!isSchemaRight || isCodeRight.code !== 0) {
  process.stdout.write(isCodeRight.code === 0 ? '' : isCodeRight.output);
  process.exitCode = 1;
}

/** schema.graphql, printed from the server's own schema. */
async function graph(): Promise<boolean> {
  const { code, output } = await run('server/src/graphql/print-schema.ts', []);
  if (code !== 0) {
    process.stdout.write(output);
    return false;
  }
  const file = join(root, 'schema.graphql');
  if (!isCheck) await writeFile(file, output);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== output) {
    process.stdout.write(
      'schema.graphql is not what the server says. Run npm run generate, and read the difference: it is the API.\n',
    );
    return false;
  }
  return true;
}

function run(file: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, file), ...args], { cwd: root, timeout: 120_000 });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
