import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureConsole } from './src/console.ts';

// npm run build: dist/ of the packages, each after those whose types it reads, and the console, which the server shows.

const root = fileURLToPath(new URL('../..', import.meta.url));
for (const folder of ['inference', 'clients/core', 'clients/web', 'clients/desktop', 'clients/cli']) {
  rmSync(join(root, folder, 'dist'), { recursive: true, force: true });
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
    cwd: join(root, folder),
    stdio: 'inherit',
  });
  process.stdout.write(`built ${folder}\n`);
}
process.stdout.write((await ensureConsole()) ? 'built clients/console\n' : 'clients/console is built already\n');
