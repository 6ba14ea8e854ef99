import { execFileSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readChangesets } from './changesets.ts';

// npm run release: versions and changelogs of the packages from .changeset/, and what the gates compare with from now on.
// Publishing is somebody else's: look at the difference, commit it, then `pnpm -r publish`.

const root = fileURLToPath(new URL('../..', import.meta.url));
const changesets = await readChangesets(join(root, '.changeset'));
if (changesets.length === 0) {
  process.stderr.write('Nothing waits in .changeset/. Say there what changed: npx changeset\n');
  process.exit(1);
}
const node = (file: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit' });
node('deploy/local/generate.ts', '--check');
node('node_modules/@changesets/cli/bin.js', 'version');
// Versions are in what is generated, so that comes before it is kept.
node('deploy/local/generate.ts');
for (const name of ['schema.graphql', 'openapi.json', 'clients/core/persisted-documents.json'])
  await copyFile(join(root, name), join(root, 'clients/released', basename(name)));
process.stdout.write(
  `Released: ${changesets.map(({ file }) => file).join(', ')}. Look at the difference, then commit it.\n`,
);
