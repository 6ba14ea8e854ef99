import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateClient } from './generate-client.mjs';
import { generateErrors } from './generate-errors.ts';
import type { Code } from './generate-errors.ts';
import { restTypes } from './generate-rest.ts';

// npm run generate            makes every generated file
// npm run generate -- --reference   docs/reference/ as well, which takes longer; its test says when it has to be
// npm run generate -- --check says which committed ones are not what would be made, and exits 1

const root = fileURLToPath(new URL('../..', import.meta.url));
const isCheck = process.argv.includes('--check');

generateClient((line) => process.stdout.write(`${line}\n`));
const isSchemaRight = await graph();
const isRestRight = await rest();
const isCodeRight = await run('node_modules/@graphql-codegen/cli/cjs/bin.js', [
  '--config',
  'codegen.ts',
  isCheck ? '--check' : '--silent',
]);
const areErrorsRight = await errors();
if (process.argv.includes('--reference')) await reference();
if (!isSchemaRight || !isRestRight || !areErrorsRight || isCodeRight.code !== 0) {
  process.stdout.write(isCodeRight.code === 0 ? '' : isCodeRight.output);
  process.exitCode = 1;
}

/** What the packages offer, one page an entry. */
async function reference(): Promise<void> {
  const { makeReference } = await import('./generate-reference.ts');
  const folder = join(root, 'docs/reference');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of await makeReference(root)) await writeFile(join(folder, name), text);
}

/** schema.graphql, printed from the server's own schema. */
async function graph(): Promise<boolean> {
  const { code, output } = await run('server/src/graphql/print-schema.ts', []);
  if (code !== 0) {
    process.stdout.write(output);
    return false;
  }
  return keep('schema.graphql', output, 'is not what the server says');
}

/** openapi.json, as the sidecar tells it of itself, and the types of the client that are made from it. */
async function rest(): Promise<boolean> {
  const { code, output } = await run('inference/src/print-openapi.ts', []);
  if (code !== 0) {
    process.stdout.write(output);
    return false;
  }
  const kept = [
    await keep('openapi.json', output, 'is not what the sidecar says'),
    await keep('clients/core/src/generated/rest.ts', await restTypes(output), 'is not made from openapi.json'),
  ];
  return kept.every(Boolean);
}

/** Writes a file, or with --check says whether it is what would be written. */
async function keep(name: string, wanted: string, problem: string): Promise<boolean> {
  const file = join(root, name);
  if (!isCheck) await writeFile(file, wanted);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== wanted) {
    process.stdout.write(`${name} ${problem}. Run npm run generate, and read the difference: it is the API.\n`);
    return false;
  }
  return true;
}

/** What the documentation and the client say of error codes. */
async function errors(): Promise<boolean> {
  const printed = await Promise.all(
    ['server/src/errors/print-codes.ts', 'inference/src/print-codes.ts'].map((file) => run(file, [])),
  );
  for (const { code, output } of printed) if (code !== 0) process.stdout.write(output);
  if (printed.some(({ code }) => code !== 0)) return false;
  const [server = [], sidecar = []] = printed.map(({ output }) => JSON.parse(output) as Code[]);
  const wrong = await generateErrors(root, { server, sidecar }, isCheck);
  for (const name of wrong)
    process.stdout.write(`${name} is not what the catalogues of errors say. Run npm run generate.\n`);
  return wrong.length === 0;
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
