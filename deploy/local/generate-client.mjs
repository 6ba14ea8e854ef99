// Makes prisma/generated from prisma/schema. Plain JavaScript, because the installer calls it.
// @ts-check
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'prisma');
const stamp = join(folder, 'generated', 'made-from.txt');

/**
 * Generates the Prisma client and the types for Pothos unless they were made from the schema as it is now.
 * @param {(line: string) => void} say
 */
export function generateClient(say) {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Generating the database client …');
  const bins = [join(folder, 'node_modules', '.bin'), join(root, 'node_modules', '.bin')];
  const { status, stdout, stderr } = spawnSync(
    'node',
    [join('node_modules', 'prisma', 'build', 'index.js'), 'generate'],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: 120_000,
      env: {
        ...process.env,
        // The pinned Node first, and the generators, which are found by their commands.
        PATH: [...bins, process.env['PATH']].join(delimiter),
        // It would download an engine that generating never runs. Any program that exists keeps it from that.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    },
  );
  if (status !== 0)
    throw new Error(`${stdout ?? ''}${stderr ?? ''}\nThe database client could not be generated from prisma/schema.`);
  mkdirSync(join(folder, 'generated'), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** What the generated files depend on. */
function fingerprint() {
  const schema = join(folder, 'schema');
  const hash = createHash('sha256').update(readFileSync(join(folder, 'package.json')));
  for (const file of readdirSync(schema).sort()) hash.update(`\n${file}\n`).update(readFileSync(join(schema, file)));
  return hash.digest('hex');
}
