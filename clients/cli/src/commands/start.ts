import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defineCommand } from '../command/command.ts';
import { exitCode } from '../command/exit-code.ts';
import { UserMistake } from '../user-mistake.ts';

const checkoutName = '@sightline/repository';

export const start = defineCommand({
  name: 'start',
  summary: 'Starts a server, its database and the sidecar on this machine, from a checkout',
  details: [
    'Runs `npm start` of the checkout that this folder is in, or that --checkout names, and ends with it. What stands behind --',
    'is for npm start: see sightline start -- --help.',
  ],
  arguments: [{ name: 'for-npm-start', about: 'what npm start is given', isOptional: true, isMany: true }],
  options: { checkout: { type: 'text', value: 'DIR', about: 'where the checkout is' } },
  examples: [
    { line: 'sightline start', about: 'Within a checkout; Ctrl-C stops everything' },
    { line: 'sightline start --checkout ~/sightline -- --no-demo', about: 'From anywhere' },
  ],
  async run({ args, options, cwd, signal }) {
    const folder = await findCheckout(options.checkout ?? cwd);
    if (folder === null)
      throw new UserMistake(
        'There is no checkout of Sightline here. Clone it and run this within it, or name it: sightline start --checkout DIR',
      );
    // A shell is what finds npm on Windows; it is given nothing that it could take for something else.
    const isWindows = process.platform === 'win32';
    if (isWindows && args.some((each) => !/^[\w:/.=@-]*$/.test(each)))
      throw new UserMistake('An argument has signs that a shell would understand.');
    const child = spawn('npm', ['start', ...(args.length > 0 ? ['--', ...args] : [])], {
      cwd: folder,
      stdio: 'inherit',
      shell: isWindows,
    });
    // In a terminal Ctrl-C reaches the child by itself, and it stops what it started: it is waited for.
    const pass = () => void child.kill('SIGINT');
    signal.addEventListener('abort', pass, { once: true });
    try {
      const [code] = (await once(child, 'exit')) as [number | null];
      return code ?? exitCode.failed;
    } catch (error) {
      throw new UserMistake(`npm cannot be run: ${(error as Error).message}. Install Node.js with npm.`);
    } finally {
      signal.removeEventListener('abort', pass);
    }
  },
});

async function findCheckout(from: string): Promise<string | null> {
  for (let folder = from; ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
    if (nameIn(text) === checkoutName) return folder;
    if (dirname(folder) === folder) return null;
  }
}

function nameIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { name?: unknown }).name;
  } catch {
    return null;
  }
}
