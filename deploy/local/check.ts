import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// npm run check: everything a machine can say about a change without running it. All of it runs even when something fails.

const root = fileURLToPath(new URL('../..', import.meta.url));

type Check = { name: string; file: string; args: string[]; hint: string };

const checks: Check[] = [
  { name: 'format', file: 'node_modules/oxfmt/bin/oxfmt', args: ['--check', '.'], hint: 'npm run format' },
  {
    name: 'lint',
    file: 'node_modules/oxlint/bin/oxlint',
    args: ['--deny-warnings', '.'],
    hint: 'each message says the way out',
  },
  { name: 'types', file: 'node_modules/typescript/bin/tsc', args: ['-p', 'tsconfig.json'], hint: '' },
  {
    name: 'types of the console',
    file: 'node_modules/typescript/bin/tsc',
    args: ['-p', 'clients/console/tsconfig.json'],
    hint: '',
  },
  { name: 'generated files', file: 'deploy/local/generate.ts', args: ['--check'], hint: 'npm run generate' },
  {
    name: 'schema changes',
    file: 'deploy/local/check-schema.ts',
    args: [],
    hint: 'keep the old way beside the new one, and deprecate it; or break on purpose: .changeset/README.md',
  },
  {
    name: 'route changes',
    file: 'deploy/local/check-openapi.ts',
    args: [],
    hint: 'keep the old way beside the new one; or break on purpose: .changeset/README.md',
  },
  { name: 'migrations', file: 'deploy/local/check-migrations.ts', args: [], hint: 'npm run db -- new <name>' },
  {
    name: 'nothing unused',
    file: 'node_modules/knip/bin/knip.js',
    args: ['--no-progress'],
    hint: 'remove it, or say in knip.json why it stays',
  },
];

const results = [];
for (const check of checks) {
  const result = await run(check);
  // What passes has nothing to say, unless something was broken on purpose.
  if (result.code !== 0 || result.output.includes('Broken on purpose'))
    process.stdout.write(`── ${check.name} ${'─'.repeat(60 - check.name.length)}\n${result.output.trim()}\n\n`);
  results.push({ check, ...result });
}
for (const { check, code, seconds } of results) {
  const outcome = code === 0 ? 'ok    ' : 'FAILED';
  process.stdout.write(
    `${outcome}  ${check.name.padEnd(18)}${seconds.toFixed(1).padStart(5)} s${code === 0 ? '' : `  ${check.hint}`}\n`,
  );
}
process.exitCode = results.some(({ code }) => code !== 0) ? 1 : 0;

function run({ file, args }: Check): Promise<{ code: number; output: string; seconds: number }> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, file), ...args], { cwd: root, timeout: 300_000 });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code: code ?? 1, output, seconds: (performance.now() - startedAt) / 1_000 }),
    );
  });
}
